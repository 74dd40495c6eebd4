/**
 * What all objects of `ip` share: addresses with prefix lengths, devices, tables.
 */
import { parseIpv4, parseIpv6 } from '../address.ts';
import type { Device } from '../device.ts';
import { RT_TABLE_DEFAULT, RT_TABLE_LOCAL, RT_TABLE_MAIN } from '../fib.ts';
import type { Netns } from '../netns.ts';
import { NFPROTO_IPV4, NFPROTO_IPV6 } from '../packet.ts';
import { CommandError, isError, parseNumber, type Words } from '../words.ts';

export interface Prefix {
  readonly family: number;
  readonly words: Int32Array;
  readonly length: number;
}

export const notSupported = (what: string) => new CommandError(`ip ${what}: not supported`);
/** What the kernel answers, as `ip` prints it. */
export const answers = (what: string) => new CommandError(`RTNETLINK answers: ${what}`);
export const invalid = (kind: string, text: string) =>
  new CommandError(`Error: ${kind} is expected rather than "${text}".`);

/** An address without a prefix length; `family` 0: either. */
export function parseAddress(text: string, family = 0): Prefix | CommandError {
  const v4 = family === NFPROTO_IPV6 ? undefined : parseIpv4(text);
  if (v4 !== undefined) return { family: NFPROTO_IPV4, words: Int32Array.of(v4), length: 32 };
  const v6 = family === NFPROTO_IPV4 ? undefined : parseIpv6(text);
  if (v6 !== undefined) return { family: NFPROTO_IPV6, words: v6, length: 128 };
  return invalid(family === NFPROTO_IPV6 ? 'inet6 address' : 'inet address', text);
}

/** ADDRESS[/LENGTH], `default`, `any` and `all`. */
export function parsePrefix(text: string, family: number): Prefix | CommandError {
  if (text === 'default' || text === 'any' || text === 'all') {
    const v6 = family === NFPROTO_IPV6;
    return {
      family: v6 ? NFPROTO_IPV6 : NFPROTO_IPV4,
      words: new Int32Array(v6 ? 4 : 1),
      length: 0,
    };
  }
  const [address, length] = text.split('/');
  const parsed = parseAddress(address!, family);
  if (isError(parsed)) return invalid('inet prefix', text);
  if (length === undefined) return parsed;
  const bits = parseNumber(length, parsed.length);
  return bits === undefined ? invalid('inet prefix', text) : { ...parsed, length: bits };
}

export function parseTable(text: string): number | CommandError {
  if (text === 'main') return RT_TABLE_MAIN;
  if (text === 'local') return RT_TABLE_LOCAL;
  if (text === 'default') return RT_TABLE_DEFAULT;
  return (
    parseNumber(text) ?? new CommandError(`Error: argument "${text}" is wrong: invalid table ID`)
  );
}

export function findDevice(ns: Netns, name: string | CommandError): Device | CommandError {
  if (isError(name)) return name;
  return ns.devices.named(name) ?? new CommandError(`Cannot find device "${name}"`);
}

/** A number behind a word. */
export function numberOf(words: Words, of: string, max = 0xffffffff): number | CommandError {
  const text = words.value(of);
  if (isError(text)) return text;
  return parseNumber(text, max) ?? new CommandError(`Error: argument "${text}" is wrong: "${of}"`);
}

/** An action by its name or an abbreviation of it, in iproute2's order. */
export function actionOf(word: string | undefined, names: readonly string[]): string | undefined {
  return word === undefined ? undefined : names.find((name) => name.startsWith(word));
}
