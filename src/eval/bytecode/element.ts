/**
 * Elements as they are sent: intervals as a start and an end of their own.
 *
 * A set of intervals that are no concatenations is sent as starts and ends, with an end at zero
 * before the first; concatenations carry the end of their range in the element. Mirrors
 * set_to_intervals of nft and nftnl_set_elem_snprintf.
 */
import type { ElementSpec, ElementVerdict } from '../engine/set/index.ts';
import type { Request } from '../ruleset/request.ts';
import type { NftSet } from '../ruleset/store.ts';
import { attribute, commentAttribute, userdataText } from './userdata.ts';
import { setName, verdictText, words } from './word.ts';

type AskedElements = Extract<Request, { what: 'element' }>;

interface Sent {
  readonly key?: Uint8Array;
  readonly keyEnd?: Uint8Array;
  readonly element?: ElementSpec;
  /** NFT_SET_ELEM_INTERVAL_END 1, NFT_SET_ELEM_CATCHALL 2 */
  readonly flags: 0 | 1 | 2;
  /** The interval reaches the last key: it has no end of its own. */
  readonly open?: true;
}

export function elementsText({ set, elements, first }: AskedElements): string {
  const texts = sent(set, elements.specs(), first).map((e) => `\t${elementText(e)}`);
  const head = `${setName(set.name)} ${set.table.name} 0\n`;
  return texts.length === 0 ? head : `${head}${texts.join('')}\n`;
}

function sent(set: NftSet, elements: readonly ElementSpec[], first: boolean): readonly Sent[] {
  const listed = elements.flatMap((e): Keyed[] => (e.key ? [{ ...e, key: e.key }] : []));
  const kept = !set.flags.interval
    ? listed.map((element): Sent => ({ key: element.key, element, flags: 0 }))
    : set.key.parts
      ? listed.map((e): Sent => ({ key: e.key, keyEnd: e.keyEnd ?? e.key, element: e, flags: 0 }))
      : intervals(set, listed, first);
  const rest = elements.filter((e) => !e.key);
  return [...kept, ...rest.map((element): Sent => ({ element, flags: 2 }))];
}

type Keyed = ElementSpec & { readonly key: Uint8Array };

function intervals(set: NftSet, elements: readonly Keyed[], first: boolean): readonly Sent[] {
  const sorted = [...elements].sort((a, b) => Buffer.compare(a.key, b.key));
  const result: Sent[] = [];
  sorted.forEach((element, i) => {
    const { key, keyEnd = key } = element;
    if (i === 0 && first && key.some((byte) => byte !== 0)) {
      result.push({ key: new Uint8Array(key.length), flags: 1 });
    }
    const end = next(keyEnd, set.keyBits);
    result.push(end ? { key, element, flags: 0 } : { key, element, flags: 0, open: true });
    const follower = sorted[i + 1];
    // Anonymous sets leave out an end where the next interval starts.
    const meets = set.flags.anonymous && follower && end && same(follower.key, end);
    if (end && !meets) result.push({ key: end, flags: 1 });
  });
  return result;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** The key of so many bits that follows; undefined behind the last one. */
function next(key: Uint8Array, bits: number): Uint8Array | undefined {
  const free = key.length * 8 - bits;
  const bytes = Uint8Array.from(key);
  for (let i = bytes.length - 1; i >= 0; i--) {
    bytes[i] = (bytes[i]! + 1) & 0xff;
    if (bytes[i] !== 0) return bytes[0]! >> (8 - free) ? undefined : bytes;
  }
  return undefined;
}

const keyWords = (bytes: Uint8Array): string =>
  words(bytes, '')
    .map((word) => `${word} `)
    .join('');

const verdictWords = ({ code, chain }: ElementVerdict): string => `${verdictText(code, chain)} `;

function dataWords(element: ElementSpec | undefined): string {
  if (element?.verdict) return verdictWords(element.verdict);
  return element?.data ? keyWords(element.data) : '';
}

/** NFTNL_UDATA_SET_ELEM_FLAGS: SET_ELEM_F_INTERVAL_OPEN */
const OPEN = attribute(1, [1, 0, 0, 0]);

const userdata = ({ element, open }: Sent): string =>
  userdataText([
    ...(element?.comment === undefined ? [] : commentAttribute(element.comment)),
    ...(open ? OPEN : []),
  ]);

function elementText(e: Sent): string {
  const key = e.key ? keyWords(e.key) : '';
  const end = e.keyEnd ? ` - ${keyWords(e.keyEnd)}` : '';
  return `element ${key}${end} : ${dataWords(e.element)}${e.flags} [end]${userdata(e)}`;
}
