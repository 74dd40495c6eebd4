/**
 * `ip rule`: add, del, flush.
 */
import { RT_TABLE_MAIN } from '../fib.ts';
import type { Netns } from '../netns.ts';
import { NFPROTO_IPV4, NFPROTO_IPV6 } from '../packet.ts';
import {
  ANY_RULE,
  FR_BLACKHOLE,
  FR_GOTO,
  FR_NOP,
  FR_PROHIBIT,
  FR_TABLE,
  FR_UNREACHABLE,
  type PortRange,
  type RuleSpec,
} from '../rule.ts';
import { CommandError, isError, parseNumber, type Words } from '../words.ts';
import { actionOf, answers, notSupported, numberOf, parsePrefix, parseTable } from './common.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A rule as it is written, with what was said of it. */
interface RuleLine {
  readonly spec: Writable<RuleSpec>;
  readonly given: Set<keyof RuleSpec>;
  family: number;
}

const ACTIONS: Readonly<Record<string, number>> = {
  nop: FR_NOP,
  blackhole: FR_BLACKHOLE,
  unreachable: FR_UNREACHABLE,
  prohibit: FR_PROHIBIT,
};

const IP_PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  'ipv6-icmp': 58,
  icmpv6: 58,
  sctp: 132,
};

export function ipRule(ns: Netns, words: Words, family: number): CommandError | undefined {
  const word = words.next();
  const action = actionOf(word, ['add', 'delete', 'flush']);
  if (action === undefined) return notSupported(`rule ${word ?? ''}`);
  const line = parse(words, family);
  if (isError(line)) return line;
  const v6 = (line.family || NFPROTO_IPV4) === NFPROTO_IPV6;
  const { rules } = v6 ? ns.fib6 : ns.fib4;
  if (action === 'flush') for (const rule of [...rules]) if (rule.priority > 0) rules.remove(rule);
  if (action === 'add') {
    const { spec, given } = line;
    if (!given.has('table') && spec.action === FR_TABLE && !spec.l3mdev) spec.table = RT_TABLE_MAIN;
    if (!given.has('priority')) spec.priority = rules.defaultPriority();
    else if ([...rules].some((r) => sameRule(r, spec))) return answers('File exists');
    if (v6 && spec.action === FR_TABLE && !spec.l3mdev) ns.fib6.table(spec.table);
    rules.add(spec, (name) => ns.devices.named(name)?.ifindex ?? 0);
  } else if (action === 'delete') {
    const found = [...rules].find((r) =>
      [...line.given].every((k) => sameField(r[k], line.spec[k])),
    );
    if (found === undefined) return answers('No such file or directory');
    rules.remove(found);
  }
  if (v6) ns.fib6.renew();
  ns.links.routesChanged(v6 ? NFPROTO_IPV6 : NFPROTO_IPV4);
  return undefined;
}

const sameField = (a: unknown, b: unknown): boolean => {
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return a === b;
  return Array.from(a as Int32Array).join() === Array.from(b as Int32Array).join();
};

const sameRule = (a: RuleSpec, b: RuleSpec): boolean =>
  (Object.keys(ANY_RULE) as (keyof RuleSpec)[]).every((k) => sameField(a[k], b[k]));

function parse(words: Words, family: number): RuleLine | CommandError {
  const line: RuleLine = { spec: { ...ANY_RULE }, given: new Set(), family };
  for (let word = words.next(); word !== undefined; word = words.next()) {
    const error = parseWord(line, word, words);
    if (error !== undefined) return error;
  }
  return line;
}

function parseWord(line: RuleLine, word: string, words: Words): CommandError | undefined {
  const { spec, given } = line;
  switch (word) {
    case 'not':
      spec.not = true;
      given.add('not');
      return undefined;
    case 'from':
    case 'to':
      return parseSelector(line, word === 'from' ? 'src' : 'dst', words.next() ?? '');
    case 'iif':
    case 'dev':
    case 'oif': {
      const field = word === 'oif' ? 'oif' : 'iif';
      spec[field] = words.next() ?? '';
      given.add(field);
      return undefined;
    }
    case 'fwmark':
      return parseMark(line, words.next() ?? '');
    case 'pref':
    case 'priority':
    case 'preference':
    case 'order':
      return setNumber(line, 'priority', word, words, 0xffffffff);
    case 'tos':
    case 'dsfield':
      return setNumber(line, 'tos', word, words, 255);
    case 'suppress_prefixlength':
    case 'sup_pl':
      return setNumber(line, 'suppressPrefixlength', word, words, 128);
    case 'lookup':
    case 'table': {
      const table = parseTable(words.next() ?? '');
      if (isError(table)) return table;
      spec.table = table;
      given.add('table');
      return undefined;
    }
    case 'goto':
      spec.action = FR_GOTO;
      given.add('action');
      return setNumber(line, 'goto', word, words, 0xffffffff);
    case 'ipproto': {
      const text = words.next() ?? '';
      const protocol = IP_PROTOCOLS[text] ?? parseNumber(text, 255);
      if (protocol === undefined) return new CommandError(`Error: Invalid "ipproto" value`);
      spec.ipproto = protocol;
      given.add('ipproto');
      return undefined;
    }
    case 'sport':
    case 'dport':
      return parsePorts(line, word, words.next() ?? '');
    case 'l3mdev':
      spec.l3mdev = true;
      given.add('l3mdev');
      return undefined;
    case 'type':
      return undefined;
    default: {
      const action = ACTIONS[word];
      if (action === undefined) return notSupported(`rule … ${word}`);
      spec.action = action;
      given.add('action');
      return undefined;
    }
  }
}

function setNumber(
  line: RuleLine,
  field: 'priority' | 'tos' | 'suppressPrefixlength' | 'goto',
  word: string,
  words: Words,
  max: number,
): CommandError | undefined {
  const value = numberOf(words, word, max);
  if (isError(value)) return value;
  line.spec[field] = value;
  line.given.add(field);
  return undefined;
}

function parseSelector(
  line: RuleLine,
  field: 'src' | 'dst',
  text: string,
): CommandError | undefined {
  const prefix = parsePrefix(text, line.family);
  if (isError(prefix)) return prefix;
  if (prefix.length === 0) return undefined;
  line.family ||= prefix.family;
  line.spec[field] = prefix.words;
  line.spec[field === 'src' ? 'srclen' : 'dstlen'] = prefix.length;
  line.given.add(field);
  return undefined;
}

function parseMark(line: RuleLine, text: string): CommandError | undefined {
  const [mark, mask] = text.split('/');
  const value = parseNumber(mark!);
  const bits = mask === undefined ? 0xffffffff : parseNumber(mask);
  if (value === undefined || bits === undefined)
    return new CommandError(`Error: argument "${text}" is wrong: fwmark value is invalid`);
  line.spec.fwmark = value | 0;
  line.spec.fwmask = bits | 0;
  line.given.add('fwmark').add('fwmask');
  return undefined;
}

function parsePorts(
  line: RuleLine,
  field: 'sport' | 'dport',
  text: string,
): CommandError | undefined {
  const [low, high] = text.split('-').map((x) => parseNumber(x, 65535));
  if (low === undefined) return new CommandError(`Error: invalid "${field}" value`);
  const range: PortRange = [low, high ?? low];
  line.spec[field] = range;
  line.given.add(field);
  return undefined;
}
