/**
 * Elements of sets as text and JSON. Mirrors set_elem_expr_print, calculate_delim and their JSON.
 */
import type { Element } from '../checked.ts';
import type { ListedElement } from '../ruleset/element/listed.ts';
import type { NftSet } from '../ruleset/store.ts';
import { printDuration } from '../type/time.ts';
import type { ListContext } from './context.ts';
import type { Json } from './json.ts';
import { quotedText } from './listing.ts';

const NEXT_LINE = ',\n\t\t\t     ';

/** Types of which several stand on a line; of others, and in maps, each has its own. */
const PER_LINE: ReadonlyMap<string, number> = new Map([
  ...['integer', 'mark', 'inet_service', 'inet_proto', 'uid', 'gid', 'realm'].map(
    (name) => [name, 5] as const,
  ),
  ...[
    ...['ipv4_addr', 'nf_proto', 'arp_op', 'ct_state', 'ct_dir', 'ct_status', 'tcp_flag'],
    ...['pkt_type', 'boolean', 'fib_addrtype'],
  ].map((name) => [name, 2] as const),
]);

/** Nothing but a key: only these stand side by side. */
const isPlain = (e: Element): boolean =>
  !(e.data || e.statements?.length || e.comment !== undefined) &&
  e.timeout === undefined &&
  e.expires === undefined;

export function elementsText(
  set: NftSet,
  elements: readonly ListedElement[],
  to: ListContext,
): string {
  const perLine = PER_LINE.get(set.key.name) ?? 1;
  let text = '';
  let onLine = 0;
  for (const [i, e] of elements.entries()) {
    if (i > 0) {
      const breaks = onLine >= perLine || !isPlain(elements[i - 1]!);
      text += breaks ? NEXT_LINE : ', ';
      if (breaks) onLine = 0;
    }
    text += elementText(e, to);
    onLine++;
  }
  return text;
}

const duration = (ms: number): string => printDuration(BigInt(ms));

const objectName = (e: Element): string | undefined =>
  (e as Partial<ListedElement>).element?.object;

export function elementText(e: Element, to: ListContext): string {
  const { timeout, expires, comment, statements = [] } = e;
  const object = objectName(e);
  const parts = [
    to.expr(e.key),
    ...statements.map((s) => to.statement(s)),
    ...(timeout === undefined ? [] : [`timeout ${timeout === 0 ? 'never' : duration(timeout)}`]),
    ...(expires === undefined || to.options.stateless ? [] : [`expires ${duration(expires)}`]),
    ...(comment === undefined ? [] : [`comment ${quotedText(comment)}`]),
  ];
  const text = parts.join(' ');
  if (object !== undefined) return `${text} : ${quotedText(object)}`;
  return e.data ? `${text} : ${to.expr(e.data)}` : text;
}

export function elementJson(e: Element, to: ListContext): Json {
  const object = objectName(e);
  const key = keyJson(e, to);
  if (object !== undefined) return [key, object];
  return e.data ? [key, to.exprJson(e.data)] : key;
}

function keyJson(e: Element, to: ListContext): Json {
  const val = to.exprJson(e.key);
  const { timeout, expires, comment, statements = [] } = e;
  const shown = expires !== undefined && !to.options.stateless;
  if (!shown && timeout === undefined && comment === undefined && statements.length === 0) {
    return val;
  }
  return {
    elem: {
      val,
      ...(timeout !== undefined && { timeout: Math.floor(timeout / 1000) }),
      ...(shown && { expires: Math.floor(expires / 1000) }),
      ...(comment !== undefined && { comment }),
      // nft prints the first of several only.
      ...(statements[0] && (to.statementJson(statements[0]) as object)),
    },
  };
}
