/** Names of devices in commands: `devices = { eth0, $lan }`. Mirrors evaluate_device_expr of nft. */
import type { Expr, Span } from '../../../parser/ast.ts';
import { type CommandContext, report } from './context.ts';

export interface Device {
  readonly name: string;
  readonly span: Span;
}

/** IFNAMSIZ less the zero at the end. */
const MAX_LENGTH = 15;

/** undefined where one is wrong; what is wrong is reported. */
export function readDevices(nodes: readonly Expr[], ctx: CommandContext): Device[] | undefined {
  const found: Device[] = [];
  for (const node of nodes) if (!collect(node, found, ctx)) return undefined;
  return found;
}

function collect(node: Expr, found: Device[], ctx: CommandContext): boolean {
  switch (node.kind) {
    case 'variable':
      return collect(node.value, found, ctx);
    case 'set':
      return node.elements.every((e) => collect(e.key, found, ctx));
    case 'list':
      return node.parts.every((part) => collect(part, found, ctx));
    case 'symbol':
      if (node.text.length > MAX_LENGTH) {
        report(ctx, 'String exceeds maximum length of 16', node.span);
        return false;
      }
      found.push({ name: node.text, span: node.span });
      return true;
    default:
      report(ctx, `invalid ${node.kind} expression in this context`, node.span);
      return false;
  }
}
