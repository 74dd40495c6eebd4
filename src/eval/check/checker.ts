/**
 * The state of a check: what is known of the packet, what was implied, what went wrong.
 *
 * One for each rule; sets and objects that are checked outside of rules have one of their own. Mirrors
 * struct eval_ctx of nft.
 */
import type {
  Expr as AstExpr,
  Statement as AstStatement,
  Family,
  SelectorExpr,
  Span,
} from '../../parser/ast.ts';
import type { Diagnostic } from '../../parser/diagnostic.ts';
import type { Element, Expr, SetLiteral, Statement, Value } from '../checked.ts';
import { keyRows } from '../expr/index.ts';
import { bytesFrom } from '../expr/raw.ts';
import { type Errno, strerror } from '../ruleset/errno.ts';
import { statementRows } from '../stmt/index.ts';
import type { NameScope } from '../type/index.ts';
import type { ChainInfo, CheckContext, Expected, TableScope } from './context.ts';
import { type DependencyContext, need, needMessage, needNetwork } from './dependency.ts';
import { checkExpr } from './expression.ts';
import type { KnownProtocols } from './known.ts';
import { carriesFrames, type Layer, type Protocol, type Tunnel } from './protocol.ts';
import { protocolNamed, seesFrames, startInside, startOf } from './protocols.ts';
import { checkStatement, statementSpan } from './statement.ts';

const keys = new Map(keyRows.map((row) => [row.name, row]));
const statements = new Map(statementRows.map((row) => [row.name, row]));

const NOTHING: readonly never[] = [];

export class Checker implements CheckContext, DependencyContext {
  readonly scope: TableScope;
  readonly chain?: ChainInfo;
  readonly names: NameScope;
  readonly diagnostics: Diagnostic[] = [];
  readonly isExample: boolean = false;
  tunnel?: Tunnel;
  /** What goes before the statement being checked, and before the whole rule. */
  private before: readonly Statement[] = NOTHING;
  /** What is implied may contradict what the rule says of the same bytes. */
  private lenient = false;
  first: readonly Statement[] = NOTHING;
  /** Matches whose constants said more than what is compared. */
  readonly telling = new Set<Statement>();
  /** The matches so far. */
  private readonly matches: Extract<Statement, { kind: 'match' }>[] = [];
  private readonly outer: KnownProtocols;
  private inner?: KnownProtocols;

  constructor(scope: TableScope, names: NameScope, chain?: ChainInfo) {
    this.scope = scope;
    this.names = names;
    if (chain) this.chain = chain;
    this.outer = startOf(scope.family);
  }

  get family(): Family {
    return this.scope.family;
  }

  error(message: string, span: Span, ...more: (Span | undefined)[]): undefined {
    const spans = [span, ...more.filter((place) => place !== undefined)];
    this.diagnostics.push({ severity: 'error', message, spans });
    return undefined;
  }

  unread(message: string, span: Span): undefined {
    this.diagnostics.push({ severity: 'error', message, spans: [span], reading: true });
    return undefined;
  }

  refuse(errno: Errno, span: Span): undefined {
    const message = `Could not process rule: ${strerror(errno)}`;
    this.diagnostics.push({ severity: 'error', message, spans: [span], refused: true });
    return undefined;
  }

  expr(node: AstExpr, expected?: Expected): Expr | undefined {
    return checkExpr(node, expected, this, keys);
  }

  placeOf(node: AstStatement): Span {
    return statementSpan(node, statements);
  }

  /** A statement with the matches that it implies before it. */
  statement(node: AstStatement): readonly Statement[] | undefined {
    const outer = this.before;
    this.before = NOTHING;
    const checked = checkStatement(node, this, statements);
    const implied = this.before;
    this.before = outer;
    if (!checked) return undefined;
    this.learn(checked);
    return implied.length > 0 ? [...implied, checked] : [checked];
  }

  protocol(layer: Layer): string | undefined {
    const known = this.known.at(layer)?.protocol;
    return known?.virtual ? undefined : known?.name;
  }

  protocolSpan(layer: Layer): Span | undefined {
    return this.known.at(layer)?.span;
  }

  need(protocol: Protocol, span: Span): number | undefined {
    return need(protocol, span, this);
  }

  needFirst(protocol: Protocol, span: Span): boolean {
    return this.atHead(() => need(protocol, span, this) !== undefined);
  }

  /** What is implied goes to the head of the rule. */
  private atHead(implying: () => boolean): boolean {
    const outer = this.before;
    this.before = NOTHING;
    const found = this.despite(implying);
    this.first = [...this.before, ...this.first];
    this.before = outer;
    return found;
  }

  despite(implying: () => boolean): boolean {
    const outer = this.lenient;
    this.lenient = true;
    const implied = implying();
    this.lenient = outer;
    return implied;
  }

  needMessage(protocol: Protocol, messages: readonly number[], span: Span): boolean {
    return needMessage(protocol, messages, span, this);
  }

  needNetwork(name: string, span: Span): boolean {
    return this.atHead(() => needNetwork(name, span, this));
  }

  lacksTable(): boolean {
    const { noTable } = this.scope;
    if (noTable) this.diagnostics.push(noTable);
    return noTable !== undefined;
  }

  standsAlone(node: AstExpr): boolean {
    return node.kind === 'selector' && keys.get(node.word)?.standsAlone?.(node.args) === true;
  }

  unwritable(node: AstExpr): Span | undefined {
    return node.kind === 'selector'
      ? keys.get(node.word)?.unwritable?.(node.args, node)
      : undefined;
  }

  inside(tunnel: Tunnel, node: AstExpr, reach: () => boolean): Expr | undefined {
    const row = node.kind === 'selector' ? keys.get(node.word) : undefined;
    if (!row?.inside || (row.inside === 'frame' && !carriesFrames(tunnel))) {
      const word = row?.name ?? 'string';
      const end = node.span.start + (row?.name.length ?? node.span.end - node.span.start);
      return this.unread(`syntax error, unexpected ${word}`, { ...node.span, end });
    }
    if (!reach()) return undefined;
    const outer = this.tunnel;
    this.tunnel = tunnel;
    this.inner ??= startInside();
    const checked = this.expr(node);
    if (outer) this.tunnel = outer;
    else delete this.tunnel;
    return checked;
  }

  imply(statement: Statement): void {
    this.before = [...this.before, statement];
    this.learn(statement);
  }

  get known(): KnownProtocols {
    return this.tunnel && this.inner ? this.inner : this.outer;
  }

  private learn(statement: Statement): void {
    if (statement.kind !== 'match') return;
    const { left, right } = statement;
    this.matches.push(statement);
    if (statement.op !== '==') return;
    if (right.kind === 'setref' && this.scope.kernel?.nftTrustsSets) return;
    const inside = left.kind === 'load' && left.args.tunnel !== undefined;
    const known = inside && this.inner ? this.inner : this.outer;
    if (known.learn(left, right, statement.span ?? left.span)) this.telling.add(statement);
  }

  get bridged(): boolean {
    return seesFrames(this.family) || this.tunnel !== undefined;
  }

  protocolNamed(name: string): Protocol {
    return protocolNamed(name);
  }

  /** An earlier match says something else of the bytes. */
  private contradicts(left: Expr, numbers: readonly number[], span: Span): boolean {
    const earlier = this.matches.find((match) => sameBytes(match.left, left));
    if (!earlier?.span || earlier.right.kind !== 'value') return false;
    this.telling.add(earlier);
    if (earlier.op === '==' && numbers.includes(Number(earlier.right.value))) return false;
    this.error('conflicting statements', earlier.span, span);
    return true;
  }

  /** The match `selector == number`, or `selector { numbers }`. */
  implyEqual(
    [word, argument, value]: readonly [string, string, string],
    numbers: readonly number[],
    span: Span,
  ): boolean {
    const args = { [argument]: { text: value, span } };
    return this.implySelected({ kind: 'selector', word, args, span }, numbers);
  }

  /** nft asks for the message of a packet inside a tunnel where the outer packet would have it. */
  implyMessage(
    by: readonly [string, string, string],
    numbers: readonly number[],
    span: Span,
  ): boolean {
    const { tunnel } = this;
    if (!tunnel) return this.implyEqual(by, numbers, span);
    delete this.tunnel;
    const implied = this.implySelected(bytesFrom('th', 1, span), numbers);
    this.tunnel = tunnel;
    return implied;
  }

  private implySelected(selector: SelectorExpr, numbers: readonly number[]): boolean {
    const { span } = selector;
    const left = this.expr(selector);
    if (!left) return false;
    if (!this.lenient && this.contradicts(left, numbers, span)) return false;
    const right =
      numbers.length === 1
        ? valueLike(left, numbers[0]!, span)
        : setOf(numbers.map((number) => valueLike(left, number, span)));
    this.imply({ kind: 'match', left, op: '==', right, implied: true, span });
    return true;
  }
}

/** Whether two loads read the same bytes. */
function sameBytes(a: Expr, b: Expr): boolean {
  if (a.kind !== 'load' || b.kind !== 'load' || a.row !== b.row) return false;
  const [x, y] = [a.row.field?.(a), b.row.field?.(b)];
  return x !== undefined && x.base === y?.base && x.offset === y?.offset && x.bits === y?.bits;
}

const valueLike = ({ type, bits, order }: Expr, number: number, span: Span): Value => ({
  kind: 'value',
  value: BigInt(number),
  type,
  bits,
  order,
  span,
});

function setOf(values: readonly Value[]): SetLiteral {
  const { type, bits, order } = values[0]!;
  const elements = values.map((key): Element => ({ key }));
  return { kind: 'set', elements, interval: false, type, bits, order };
}
