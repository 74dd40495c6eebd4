/**
 * Elements as they are sent: intervals as a start and an end of their own.
 *
 * A set of intervals that are no concatenations is sent as starts and ends, with an end at zero
 * before the first; concatenations carry the end of their range in the element. Mirrors
 * set_to_intervals of nft and nftnl_set_elem_snprintf.
 */
import type { ElementVerdict, SetElement } from '../engine/set/index.ts';
import type { NftSet } from '../ruleset/store.ts';
import { setName, verdictText, words } from './word.ts';

interface Sent {
  readonly key?: Uint8Array;
  readonly keyEnd?: Uint8Array;
  readonly element?: SetElement;
  /** NFT_SET_ELEM_INTERVAL_END 1, NFT_SET_ELEM_CATCHALL 2 */
  readonly flags: 0 | 1 | 2;
  /** The interval reaches the last key: it has no end of its own. */
  readonly open?: true;
}

/** `first`: the set was empty before. */
export function elementsText(set: NftSet, elements: readonly SetElement[], first: boolean): string {
  const texts = sent(set, elements, first).map((e) => `\t${elementText(e)}`);
  return `${setName(set.name)} ${set.table.name} 0\n${texts.join('')}\n`;
}

function sent(set: NftSet, elements: readonly SetElement[], first: boolean): readonly Sent[] {
  const listed = elements.filter((e) => !e.catchAll);
  const kept = !set.flags.interval
    ? listed.map((element): Sent => ({ key: element.key, element, flags: 0 }))
    : set.key.parts
      ? listed.map((e): Sent => ({ key: e.key, keyEnd: e.keyEnd, element: e, flags: 0 }))
      : intervals(set, listed, first);
  const rest = elements.filter((e) => e.catchAll);
  return [...kept, ...rest.map((element): Sent => ({ element, flags: 2 }))];
}

function intervals(set: NftSet, elements: readonly SetElement[], first: boolean): readonly Sent[] {
  const sorted = [...elements].sort((a, b) => Buffer.compare(a.key, b.key));
  const result: Sent[] = [];
  sorted.forEach((element, i) => {
    const { key, keyEnd } = element;
    if (i === 0 && first && key.some((byte) => byte !== 0)) {
      result.push({ key: new Uint8Array(key.length), flags: 1 });
    }
    const end = next(keyEnd);
    result.push(end ? { key, element, flags: 0 } : { key, element, flags: 0, open: true });
    const follower = sorted[i + 1];
    // Anonymous sets leave out an end where the next interval starts.
    const meets = set.flags.anonymous && follower && end && same(follower.key, end);
    if (end && !meets) result.push({ key: end, flags: 1 });
  });
  return result;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** The key that follows; undefined behind the last one. */
function next(key: Uint8Array): Uint8Array | undefined {
  const bytes = Uint8Array.from(key);
  for (let i = bytes.length - 1; i >= 0; i--) {
    bytes[i] = (bytes[i]! + 1) & 0xff;
    if (bytes[i] !== 0) return bytes;
  }
  return undefined;
}

const keyWords = (bytes: Uint8Array): string =>
  words(bytes, '')
    .map((word) => `${word} `)
    .join('');

const verdictWords = ({ code, chain }: ElementVerdict): string => `${verdictText(code, chain)} `;

function dataWords(element: SetElement | undefined): string {
  if (element?.verdict) return verdictWords(element.verdict);
  return element?.data ? keyWords(element.data) : '';
}

/** NFTNL_UDATA_SET_ELEM_COMMENT, …_FLAGS */
function userdata({ element, open }: Sent): string {
  const bytes: number[] = [];
  if (element?.comment !== undefined) {
    const text = new TextEncoder().encode(element.comment);
    bytes.push(0, text.length + 1, ...text, 0);
  }
  if (open) bytes.push(1, 4, 1, 0, 0, 0);
  if (!bytes.length) return '';
  const shown = bytes.map((byte) => {
    const character = String.fromCharCode(byte);
    return /[\x20-\x7e]/.test(character) ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `  userdata = { ${shown.join('')} }`;
}

function elementText(e: Sent): string {
  const key = e.key ? keyWords(e.key) : '';
  const end = e.keyEnd ? ` - ${keyWords(e.keyEnd)}` : '';
  return `element ${key}${end} : ${dataWords(e.element)}${e.flags} [end]${userdata(e)}`;
}
