/**
 * The kinds of token, and what messages call them.
 *
 * Owns the skeleton's own words (verbs, kinds of object, parts of blocks) and all signs. Each word
 * is lexed as `Name` first; the lexer then gives it the kind that its text has here or, for the
 * leading words of the vocabulary, `Lead`. Mirrors the token declarations of nft's grammar.
 */
import { createToken, type IToken, Lexer, type TokenType } from 'chevrotain';
import type { Bulk } from './plain-list.ts';
import { rankOf, tokenName } from './token-order.ts';

/** A token; offsets run on from text to text. */
export interface Token extends IToken {
  /** The elements of a list that was read in one go. */
  payload?: Bulk;
}

export const token = (tokenType: TokenType, image: string, startOffset: number): Token => ({
  image,
  startOffset,
  tokenType,
  tokenTypeIdx: tokenType.tokenTypeIdx!,
});

export const kinds: TokenType[] = [];

function kind(name: string): TokenType {
  const type = createToken({ name, pattern: Lexer.NA });
  kinds.push(type);
  return type;
}

/** Signs by their text. */
export const signs = new Map<string, TokenType>();
const signTexts = new Map<TokenType, string>();

function sign(text: string, name = text): TokenType {
  const type = kind(name);
  signs.set(text, type);
  signTexts.set(type, text);
  return type;
}

/** The text of a sign; a word that is one has its own. */
export const signText = (type: TokenType): string => signTexts.get(type) ?? type.name;

const words = new Map<string, TokenType>();

function word(text: string): TokenType {
  const type = kind(text);
  words.set(text, type);
  return type;
}

export const EndOfFile = kind('end of file');
/** What no sign, word, number or text begins with. */
export const Junk = kind('junk');
export const Crlf = kind('CRLF line terminators');
export const Newline = kind('newline');
export const Colon = sign(':', 'colon');
export const Semicolon = sign(';', 'semicolon');
export const Comma = sign(',', 'comma');
export const Dot = sign('.');
export const Equal = sign('==');
export const NotEqual = sign('!=');
export const LessEqual = sign('<=');
export const GreaterEqual = sign('>=');
export const ShiftLeft = sign('<<');
export const ShiftRight = sign('>>');
export const Less = sign('<');
export const Greater = sign('>');
export const And = sign('&');
export const Xor = sign('^');
export const Not = sign('!');
export const Slash = sign('/');
export const Asterisk = sign('*');
export const Dash = sign('-');
export const At = sign('@');
export const Or = sign('|', "'|'");
export const Plus = sign('+');

export const Include = word('include');
export const Define = word('define');
export const Redefine = word('redefine');
export const Undefine = word('undefine');
export const Hook = word('hook');
export const Device = word('device');
export const Devices = word('devices');
export const Table = word('table');
export const Chain = word('chain');
export const Rule = word('rule');
export const SetWord = word('set');
export const ElementWord = word('element');
export const MapWord = word('map');
export const Flowtable = word('flowtable');
export const Handle = word('handle');
export const RulesetWord = word('ruleset');
export const Inet = word('inet');
export const Netdev = word('netdev');
export const Add = word('add');
export const Create = word('create');
export const Replace = word('replace');
export const Insert = word('insert');
export const Delete = word('delete');
export const Get = word('get');
export const List = word('list');
export const Reset = word('reset');
export const Flush = word('flush');
export const Rename = word('rename');
export const Describe = word('describe');
export const Import = word('import');
export const Export = word('export');
export const Destroy = word('destroy');
export const Monitor = word('monitor');
export const Position = word('position');
export const Index = word('index');
export const Comment = word('comment');
export const Constant = word('constant');
export const Interval = word('interval');
export const Dynamic = word('dynamic');
export const AutoMerge = word('auto-merge');
export const Timeout = word('timeout');
export const GcInterval = word('gc-interval');
export const Elements = word('elements');
export const Expires = word('expires');
export const Policy = word('policy');
export const Size = word('size');
export const Type = word('type');
export const Typeof = word('typeof');
export const Flags = word('flags');
export const Priority = word('priority');
export const Accept = word('accept');
export const Drop = word('drop');
export const Continue = word('continue');
export const Jump = word('jump');
export const Goto = word('goto');
export const Return = word('return');
export const Vmap = word('vmap');
export const Exists = word('exists');
export const Missing = word('missing');
export const All = word('all');
export const Offload = word('offload');
export const Random = word('random');

/** An integer without a sign: decimal, octal or hexadecimal. */
export const Num = kind('number');
/** A name, an address, a time: all that stands without quotes and is no word of the language. */
export const Name = kind('string');
export const Quoted = kind('quoted string');
/** `eth*` */
export const Wildcard = kind('string with a trailing asterisk');
/** A word that leads a phrase of the vocabulary. */
export const Lead = kind('word');

export const Assign = sign('=', "'='");
export const BraceOpen = sign('{', "'{'");
export const BraceClose = sign('}', "'}'");
export const Dollar = sign('$', "'$'");
export const ParenOpen = sign('(', "'('");
export const ParenClose = sign(')', "')'");
export const BracketOpen = sign('[', "'['");
export const BracketClose = sign(']', "']'");

/** Words that have a kind of their own, by their text; some are signs in words. */
export const reserved: ReadonlyMap<string, TokenType> = words
  .set('eq', Equal)
  .set('ne', NotEqual)
  .set('lt', Less)
  .set('gt', Greater)
  .set('le', LessEqual)
  .set('ge', GreaterEqual)
  .set('lshift', ShiftLeft)
  .set('rshift', ShiftRight)
  .set('and', And)
  .set('or', Or)
  .set('xor', Xor)
  .set('not', Not);

/** What was expected, as a message lists it; more than four are not listed. */
export function expectation(names: readonly string[]): string {
  const unique = [...new Set(names.map(tokenName))];
  if (unique.length === 0 || unique.length > 4) return '';
  return `, expecting ${unique.sort((a, b) => rankOf(a) - rankOf(b)).join(' or ')}`;
}

/** What may follow `jump` and `goto`. */
export const namesChain: ReadonlySet<TokenType> = new Set([Name, Dollar]);

/** Reserved words that nft's grammar also takes as a literal: keyword_expr. */
export const keywords: ReadonlySet<string> = new Set([
  ...['ether', 'ip', 'ip6', 'vlan', 'arp', 'dnat', 'snat', 'ecn', 'reset', 'destroy'],
]);

/** Kinds of tokens that open a start condition of nft's scanner and lead no phrase. */
export const openers: ReadonlySet<TokenType> = new Set([
  ...[At, Type, Policy, List, Reset, Monitor, Import, Export, Destroy],
]);

/** What the scanner knows behind some words, where that is not what their phrases have. */
export const opened: ReadonlyMap<string, readonly string[]> = new Map([
  ['type', ['protocol', 'dscp', 'classid']],
  ['policy', ['performance', 'memory']],
  ['meta', ['length', 'protocol']],
]);

/** What it knows besides. */
export const openedBesides: ReadonlyMap<string, readonly string[]> = new Map([
  ['ip', ['to', 'prefix', 'addr']],
  ['ip6', ['to', 'prefix', 'addr']],
]);

/** Words that lead a phrase and open none. */
export const bare: ReadonlySet<string> = new Set([
  ...['update', 'meter', 'flow', 'vxlan', 'geneve', 'exthdr', 'notrack', 'bridge', 'vni', 'ecn'],
]);

/** Words of a phrase that are literals all the same. */
export const literals: ReadonlySet<string> = new Set(['original', 'reply', 'label', 'last']);

/** Those of right sides: names of protocols too. */
export const valueWords: ReadonlySet<string> = new Set([
  ...keywords,
  ...['tcp', 'udp', 'udplite', 'esp', 'ah', 'icmp', 'igmp', 'icmpv6', 'gre', 'comp'],
  ...['dccp', 'sctp', 'redirect'],
]);

/** Words that lead a phrase and yet may name things. */
export const names: readonly string[] = ['last', 'tunnel', 'rt4'];
