/**
 * The FTP commands and replies that announce a data connection.
 *
 * Mirrors the parsers of nf_conntrack_ftp.c (RFC 959, 1123, 2428). Text is bytes of the payload.
 */
import { parseIpv6 } from '../../address.ts';
import { NFPROTO_IPV4, NFPROTO_IPV6 } from '../../packet.ts';

export type FtpType = 'PORT' | 'PASV' | 'EPRT' | 'EPSV';

/** What a command announces; the address is as it was where the command has none. */
export interface FtpEndpoint {
  readonly address: Uint32Array;
  port: number;
}

interface Pattern {
  readonly text: string;
  /** Skip behind this character. */
  readonly skip: string;
  readonly term: string;
  readonly type: FtpType;
}

/** By direction: what clients say, what servers say. */
const PATTERNS: readonly (readonly Pattern[])[] = [
  [
    { text: 'PORT', skip: ' ', term: '\r', type: 'PORT' },
    { text: 'EPRT', skip: ' ', term: '\r', type: 'EPRT' },
  ],
  [
    { text: '227 ', skip: '', term: '', type: 'PASV' },
    { text: '229 ', skip: '(', term: ')', type: 'EPSV' },
  ],
];

export const NO_MATCH = 0;
/** The command may go on in the next segment. */
export const PARTIAL = 1;
const MATCH = 2;

/** What find left: which command, and where its numbers stand. */
export const match = { type: 'PORT' as FtpType, offset: 0, length: 0 };

const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9';

/** Looks for each command at the start of `text`. */
export function findCommand(
  text: string,
  direction: number,
  l3num: number,
  endpoint: FtpEndpoint,
): number {
  for (const pattern of PATTERNS[direction]!) {
    const found = findPattern(text, pattern, l3num, endpoint);
    if (found !== NO_MATCH) return found;
  }
  return NO_MATCH;
}

function findPattern(text: string, pattern: Pattern, l3num: number, endpoint: FtpEndpoint): number {
  const size = pattern.text.length;
  const start = text.slice(0, size).toUpperCase();
  if (text.length <= size) return pattern.text.startsWith(start) ? PARTIAL : NO_MATCH;
  if (start !== pattern.text) return NO_MATCH;
  let at = size;
  if (pattern.skip !== '') {
    at = text.indexOf(pattern.skip, size) + 1;
    if (at === 0 || at === text.length) return PARTIAL;
  }
  match.type = pattern.type;
  match.offset = at;
  match.length = readNumbers(text, pattern, l3num, endpoint);
  return match.length === 0 ? PARTIAL : MATCH;
}

/** Length of the numbers at match.offset (which PASV moves on); 0: they are not well formed. */
function readNumbers(
  text: string,
  { type, term }: Pattern,
  l3num: number,
  endpoint: FtpEndpoint,
): number {
  if (type === 'PASV') {
    // RFC 1123: no parentheses may be relied upon
    const digit = text.slice(match.offset).search(/\d/);
    if (digit < 0) return 0;
    match.offset += digit;
  }
  const rest = text.slice(match.offset);
  if (type === 'EPRT') return eprt(rest, l3num, endpoint);
  if (type === 'EPSV') return epsv(rest, endpoint);
  return sixNumbers(rest, term, endpoint);
}

/** try_number: `count` numbers between separators, up to the terminator ('': any character). */
function numbers(text: string, count: number, separator: string, term: string) {
  const found = new Array<number>(count).fill(0);
  let i = 0;
  for (let at = 0; at < text.length && i < count; at++) {
    const c = text[at]!;
    if (isDigit(c)) found[i] = (Math.imul(found[i]!, 10) + Number(c)) >>> 0;
    else if (c === separator) i++;
    else if ((c === term || term === '') && i === count - 1) return { found, length: at };
    else return undefined;
  }
  return undefined;
}

const ipv4Of = (n: readonly number[]): number =>
  ((n[0]! << 24) | (n[1]! << 16) | (n[2]! << 8) | n[3]!) >>> 0;

/** `192,168,1,1,5,6` */
function sixNumbers(text: string, term: string, endpoint: FtpEndpoint): number {
  const six = numbers(text, 6, ',', term);
  if (!six || six.length === 0) return 0;
  endpoint.address[0] = ipv4Of(six.found);
  endpoint.port = ((six.found[4]! << 8) | six.found[5]!) & 0xffff;
  return six.length;
}

/** Whether `c` may stand between the fields of EPRT and EPSV. */
const isDelimiter = (c: string): boolean => !isDigit(c) && c >= '!' && c <= '~';

/** `|1|132.235.1.2|6275|` or `|2|3ffe::1|6275|` */
function eprt(text: string, l3num: number, endpoint: FtpEndpoint): number {
  const delimiter = text[0] ?? '';
  if (text.length <= 3 || !isDelimiter(delimiter) || text[2] !== delimiter) return 0;
  if (l3num === NFPROTO_IPV4 && text[1] !== '1') return 0;
  if (l3num === NFPROTO_IPV6 && text[1] !== '2') return 0;
  const rest = text.slice(3);
  let length = 0;
  if (text[1] === '1') {
    const four = numbers(rest, 4, '.', delimiter);
    if (four) endpoint.address[0] = ipv4Of(four.found);
    length = four?.length ?? 0;
  } else {
    length = Math.max(rest.indexOf(delimiter), 0);
    const address = parseIpv6(rest.slice(0, length));
    if (!address) return 0;
    endpoint.address.set(address);
  }
  return length === 0 ? 0 : port(text, 3 + length + 1, delimiter, endpoint);
}

/** `|||6446|` */
function epsv(text: string, endpoint: FtpEndpoint): number {
  const delimiter = text[0] ?? '';
  if (text.length <= 3 || !isDelimiter(delimiter)) return 0;
  if (text[1] !== delimiter || text[2] !== delimiter) return 0;
  return port(text, 3, delimiter, endpoint);
}

/** get_port: digits up to the delimiter; the offset behind it, or 0. */
function port(text: string, start: number, delimiter: string, endpoint: FtpEndpoint): number {
  let value = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === delimiter) {
      if (value === 0) return 0;
      endpoint.port = value;
      return at + 1;
    }
    if (!isDigit(text[at])) return 0;
    value = (value * 10 + Number(text[at])) & 0xffff;
  }
  return 0;
}
