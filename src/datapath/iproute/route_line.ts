/**
 * The words of an `ip route` line, as iproute.c reads them.
 */
import { SCOPE_HOST, SCOPE_LINK, SCOPE_NOWHERE, SCOPE_UNIVERSE } from '../device.ts';
import {
  RTN_ANYCAST,
  RTN_BLACKHOLE,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_PROHIBIT,
  RTN_THROW,
  RTN_UNICAST,
  RTN_UNREACHABLE,
} from '../fib.ts';
import { NFPROTO_IPV6 } from '../packet.ts';
import { CommandError, isError, parseNumber, type Words } from '../words.ts';
import {
  notSupported,
  numberOf,
  type Prefix,
  parseAddress,
  parsePrefix,
  parseTable,
} from './common.ts';

const TYPES: Readonly<Record<string, number>> = {
  unicast: RTN_UNICAST,
  local: RTN_LOCAL,
  broadcast: RTN_BROADCAST,
  anycast: RTN_ANYCAST,
  multicast: RTN_MULTICAST,
  blackhole: RTN_BLACKHOLE,
  unreachable: RTN_UNREACHABLE,
  prohibit: RTN_PROHIBIT,
  throw: RTN_THROW,
};

const PROTOCOLS: Readonly<Record<string, number>> = {
  kernel: 2,
  boot: 3,
  static: 4,
  ra: 9,
  dhcp: 16,
};

const SCOPES: Readonly<Record<string, number>> = {
  global: SCOPE_UNIVERSE,
  universe: SCOPE_UNIVERSE,
  site: 200,
  link: SCOPE_LINK,
  host: SCOPE_HOST,
  nowhere: SCOPE_NOWHERE,
};

/** A route as it is written; what is not there is undefined. */
export interface RouteLine {
  type: number;
  dst: Prefix | null;
  gateway?: Prefix;
  dev?: string;
  table?: number;
  metric?: number;
  prefsrc?: Prefix;
  scope?: number;
  protocol?: number;
  tos: number;
  realm: number;
  mtu: number;
  mtuLocked: boolean;
  advmss: number;
  hoplimit: number;
  onlink: boolean;
}

/** The words behind `ip route add` and its like. */
export function parseRoute(words: Words, family: number): RouteLine | CommandError {
  const line: RouteLine = {
    type: RTN_UNICAST,
    dst: null,
    tos: 0,
    realm: 0,
    mtu: 0,
    mtuLocked: false,
    advmss: 0,
    hoplimit: 0,
    onlink: false,
  };
  for (let word = words.next(); word !== undefined; word = words.next()) {
    const type = TYPES[word];
    if (type !== undefined && line.dst === null) {
      line.type = type;
      continue;
    }
    const error = parseWord(line, word, words, family);
    if (error !== undefined) return error;
  }
  return line;
}

/** Numbers that may stand in a route line, with their field and largest value. */
const NUMBERS: Readonly<
  Record<string, readonly ['metric' | 'advmss' | 'hoplimit' | 'tos', number]>
> = {
  metric: ['metric', 0xffffffff],
  priority: ['metric', 0xffffffff],
  preference: ['metric', 0xffffffff],
  advmss: ['advmss', 65535],
  hoplimit: ['hoplimit', 255],
  tos: ['tos', 255],
  dsfield: ['tos', 255],
};

function parseWord(
  line: RouteLine,
  word: string,
  words: Words,
  family: number,
): CommandError | undefined {
  const number = NUMBERS[word];
  if (number !== undefined) {
    const value = numberOf(words, word, number[1]);
    if (isError(value)) return value;
    line[number[0]] = value;
    return undefined;
  }
  switch (word) {
    case 'via': {
      words.take('inet');
      const via6 = words.take('inet6');
      const gateway = parseAddress(words.next() ?? '', via6 ? NFPROTO_IPV6 : 0);
      if (isError(gateway)) return gateway;
      line.gateway = gateway;
      return undefined;
    }
    case 'dev':
    case 'oif':
      line.dev = words.next() ?? '';
      return undefined;
    case 'src': {
      const source = parseAddress(words.next() ?? '', family);
      if (isError(source)) return source;
      line.prefsrc = source;
      return undefined;
    }
    case 'table': {
      const table = parseTable(words.next() ?? '');
      if (isError(table)) return table;
      line.table = table;
      return undefined;
    }
    case 'scope': {
      const text = words.next() ?? '';
      const scope = SCOPES[text] ?? parseNumber(text, 255);
      if (scope === undefined)
        return new CommandError(`Error: argument "${text}" is wrong: invalid "scope" value`);
      line.scope = scope;
      return undefined;
    }
    case 'proto':
    case 'protocol': {
      const text = words.next() ?? '';
      line.protocol = PROTOCOLS[text] ?? parseNumber(text, 255);
      return undefined;
    }
    case 'mtu': {
      line.mtuLocked = words.take('lock');
      const mtu = numberOf(words, word);
      if (isError(mtu)) return mtu;
      line.mtu = mtu;
      return undefined;
    }
    case 'realm':
    case 'realms':
      return parseRealm(line, words.next() ?? '');
    case 'onlink':
      line.onlink = true;
      return undefined;
    case 'pref':
      return words.next() === 'medium' ? undefined : notSupported('route … pref');
    case 'to':
      return undefined;
    default:
      return parseDestination(line, word, family);
  }
}

/** [FROM/]TO */
function parseRealm(line: RouteLine, text: string): CommandError | undefined {
  const [first, second] = text.split('/');
  const to = parseNumber(second ?? first!, 0xffff);
  const from = second === undefined ? 0 : parseNumber(first!, 0xffff);
  if (to === undefined || from === undefined) return notSupported(`route … realm ${text}`);
  line.realm = (from << 16) | to;
  return undefined;
}

function parseDestination(line: RouteLine, word: string, family: number): CommandError | undefined {
  if (line.dst !== null) return notSupported(`route … ${word}`);
  const any = word === 'default' || word === 'any' || word === 'all';
  if (any && family === 0) {
    line.dst = { family: 0, words: new Int32Array(1), length: 0 };
    return undefined;
  }
  const dst = parsePrefix(word, family);
  if (isError(dst)) return dst;
  line.dst = dst;
  return undefined;
}
