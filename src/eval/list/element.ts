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

const FIVE = [
  ...['integer', 'mark', 'iface_index', 'inet_service', 'inet_proto', 'uid', 'gid', 'classid'],
  ...['tcp_flag', 'dccp_pkttype', 'nf_proto', 'arp_op', 'ct_dir'],
];
const TWO = ['ipv4_addr', 'ct_state', 'ct_status', 'ct_event', 'pkt_type'];

/** Types of which several stand on a line; of others each element has its own. */
const PER_LINE: ReadonlyMap<string, number> = new Map([
  ...FIVE.map((name) => [name, 5] as const),
  ...TWO.map((name) => [name, 2] as const),
]);

/** Elements of maps, and those that may have more than a key, stand on lines of their own. */
function perLine(set: NftSet, elements: readonly Element[]): number {
  const bare =
    set.data === undefined &&
    set.object === undefined &&
    !set.flags.timeout &&
    set.statements.length === 0 &&
    elements.every((e) => e.comment === undefined);
  return (bare && PER_LINE.get(set.key.name)) || 1;
}

export function elementsText(
  set: NftSet,
  elements: readonly ListedElement[],
  to: ListContext,
): string {
  const width = perLine(set, elements);
  const texts = elements.map((e, i) => {
    if (i === 0) return elementText(e, to);
    return (i % width === 0 ? NEXT_LINE : ', ') + elementText(e, to);
  });
  return texts.join('');
}

const duration = (ms: number, { options }: ListContext): string =>
  printDuration(BigInt(ms), options);

const objectName = (e: Element): string | undefined =>
  (e as Partial<ListedElement>).element?.object;

export function elementText(e: Element, to: ListContext): string {
  const { timeout, expires, comment, statements = [] } = e;
  const object = objectName(e);
  const parts = [
    to.expr(e.key),
    ...statements.map((s) => to.statement(s)),
    ...(timeout === undefined
      ? []
      : [`timeout ${timeout === 0 ? 'never' : duration(timeout, to)}`]),
    ...(expires === undefined || to.options.stateless ? [] : [`expires ${duration(expires, to)}`]),
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
  if (
    expires === undefined &&
    timeout === undefined &&
    comment === undefined &&
    statements.length === 0
  ) {
    return val;
  }
  return {
    elem: {
      val,
      ...(timeout !== undefined && { timeout: Math.floor(timeout / 1000) }),
      ...(expires !== undefined && { expires: Math.floor(expires / 1000) }),
      ...(comment !== undefined && { comment }),
      // nft prints the first of several only.
      ...(statements[0] && (to.statementJson(statements[0]) as object)),
    },
  };
}
