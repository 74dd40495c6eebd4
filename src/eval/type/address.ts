/** Addresses: link-layer, IPv4, IPv6. */
import { numeric } from './define.ts';
import { integer } from './integer.ts';
import type { ValueType } from './value-type.ts';

const bytesHex = (value: bigint, bits: number): string =>
  (
    value
      .toString(16)
      .padStart(bits / 4, '0')
      .match(/../g) ?? []
  ).join(':');

/** Four decimal numbers without leading zeros, the form of nearly every address; -1: not it. */
function scanDotted(text: string, start: number, end: number): number {
  let value = 0;
  let part = -1;
  let dots = 0;
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit >= 0 && digit <= 9) {
      if (part === 0) return -1;
      part = part < 0 ? digit : part * 10 + digit;
      if (part > 255) return -1;
    } else {
      if (digit !== -2 || part < 0 || ++dots > 3) return -1;
      value = value * 256 + part;
      part = -1;
    }
  }
  return dots === 3 && part >= 0 ? value * 256 + part : -1;
}

/** Dotted or plain numbers as inet_aton reads them: `10.0.0.1`, `1`, `0x7f.1`. */
function parseIpv4(text: string): bigint | undefined {
  const plain = scanDotted(text, 0, text.length);
  if (plain >= 0) return BigInt(plain);
  const parts = text.split('.');
  if (parts.length > 4) return undefined;
  let value = 0n;
  for (const [i, part] of parts.entries()) {
    if (!/^(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)$/i.test(part)) return undefined;
    const octal = /^0[0-7]+$/.test(part);
    const n = BigInt(octal ? `0o${part.slice(1)}` : part);
    const width = BigInt(i === parts.length - 1 ? 8 * (5 - parts.length) : 8);
    if (n >> width) return undefined;
    value = (value << width) | n;
  }
  return value;
}

const printIpv4 = (value: bigint): string =>
  [24n, 16n, 8n, 0n].map((at) => (value >> at) & 0xffn).join('.');

function parseIpv6(text: string): bigint | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const tail = dotted ? parseIpv4(dotted[2]!) : undefined;
  if (dotted && tail === undefined) return undefined;
  const full = dotted
    ? `${dotted[1]}${(tail! >> 16n).toString(16)}:${(tail! & 0xffffn).toString(16)}`
    : text;
  const halves = full.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (groups.flat().some((g) => !/^[0-9a-f]{1,4}$/i.test(g))) return undefined;
  const [head = [], rest = []] = groups;
  const missing = 8 - head.length - rest.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...Array<string>(missing).fill('0'), ...rest];
  return all.reduce((value, g) => (value << 16n) | BigInt(`0x${g}`), 0n);
}

const COLON = 58;
const GROUPS = 8;

/** Hexadecimal groups, `::` for missing ones, without a dotted tail: the form of nearly every address. */
function scanGroups(
  text: string,
  start: number,
  end: number,
  into: Uint8Array,
  at: number,
): boolean {
  let groups = 0;
  /** How many groups stand before `::`; -1: there is none. */
  let gap = -1;
  for (let i = start; i < end; ) {
    if (text.charCodeAt(i) === COLON) {
      const double = text.charCodeAt(i + 1) === COLON && i + 1 < end;
      if (double ? gap >= 0 : groups === 0 || i + 1 === end) return false;
      if (double) gap = groups;
      i += double ? 2 : 1;
      continue;
    }
    let value = 0;
    const first = i;
    for (; i < end && text.charCodeAt(i) !== COLON; i++) {
      const digit = hexDigit(text.charCodeAt(i));
      if (digit < 0) return false;
      value = value * 16 + digit;
    }
    if (i - first > 4 || groups === GROUPS) return false;
    into[at + 2 * groups] = value >> 8;
    into[at + 2 * groups + 1] = value;
    groups++;
  }
  if (gap < 0) return groups === GROUPS;
  const missing = 2 * (GROUPS - groups);
  if (missing === 0) return false;
  const behind = at + 2 * gap;
  into.copyWithin(behind + missing, behind, at + 2 * groups);
  into.fill(0, behind, behind + missing);
  return true;
}

function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const letter = c | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** The longest run of at least two zero groups, the first of equals. */
function zeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > best.length) best = { start: i, length: end - i };
  }
  return best;
}

/** As inet_ntop prints, with the dotted tail of mapped and compatible addresses. */
function printIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) =>
    Number((value >> BigInt(112 - 16 * i)) & 0xffffn),
  );
  const run = zeroRun(groups);
  const compatible = run.length === 6 && value >> 32n === 0n;
  const mapped = run.length === 5 && value >> 32n === 0xffffn;
  if (compatible) return `::${printIpv4(value)}`;
  if (mapped) return `::ffff:${printIpv4(value & 0xffffffffn)}`;
  const text = (part: readonly number[]): string => part.map((g) => g.toString(16)).join(':');
  if (run.start < 0) return text(groups);
  return `${text(groups.slice(0, run.start))}::${text(groups.slice(run.start + run.length))}`;
}

/** What getaddrinfo says of a name, which nothing here resolves: no name at all, or none known. */
const unresolved = (text: string, noName: RegExp): string =>
  `Could not resolve hostname: ${noName.test(text) ? UNKNOWN_NAME : NO_RESOLVER}`;

/** Texts with signs that no name has; for IPv4 also numbers that make no address. */
const NO_NAME = /[^\w.-]|^$/;
const NO_NAME_IPV4 = /[^\w.-]|^$|^[\d.]*\d$/;

const NO_RESOLVER = 'Temporary failure in name resolution';
const UNKNOWN_NAME = 'Name or service not known';
const WRONG_FAMILY = 'Could not resolve hostname: Address family for hostname not supported';

export const llAddr: ValueType = {
  ...numeric({ name: 'll_addr', description: 'link layer address', id: 6, bits: 0, base: integer }),
  order: 'big',
  parse: (text) =>
    /^[0-9a-f]{1,2}([^0-9a-f][0-9a-f]{1,2})*$/i.test(text)
      ? BigInt(
          `0x${text
            .split(/[^0-9a-f]/i)
            .map((b) => b.padStart(2, '0'))
            .join('')}`,
        )
      : 'Invalid LL address',
  print: bytesHex,
  json: bytesHex,
};

export const etherAddr: ValueType = {
  ...llAddr,
  name: 'ether_addr',
  description: 'Ethernet address',
  id: 9,
  bits: 48,
  base: llAddr,
};

export const ipv4Addr: ValueType = {
  ...numeric({ name: 'ipv4_addr', description: 'IPv4 address', id: 7, bits: 32, base: integer }),
  order: 'big',
  prefixes: true,
  scan: scanDotted,
  parse: (text) =>
    parseIpv4(text) ??
    (parseIpv6(text) === undefined ? unresolved(text, NO_NAME_IPV4) : WRONG_FAMILY),
  print: printIpv4,
  json: printIpv4,
};

export const ipv6Addr: ValueType = {
  ...numeric({ name: 'ipv6_addr', description: 'IPv6 address', id: 8, bits: 128, base: integer }),
  order: 'big',
  prefixes: true,
  scanBytes: scanGroups,
  parse: (text) =>
    parseIpv6(text) ?? (parseIpv4(text) === undefined ? unresolved(text, NO_NAME) : WRONG_FAMILY),
  print: printIpv6,
  json: printIpv6,
};
