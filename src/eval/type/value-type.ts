/**
 * What a value type is: width, byte order, names of values, how it reads and prints.
 *
 * Owns the shape; each type is one row in this folder. Mirrors struct datatype of nft(8)'s DATA TYPES.
 */
export type ByteOrder = 'big' | 'host';

/** Names of values, in the order in which nft knows them. */
export type Symbols = ReadonlyArray<readonly [name: string, value: bigint]>;

/** What a parse or print may ask of the outside: names of devices, users, groups, realms. */
export interface NameScope {
  /** Device index by name and back; undefined: no such device. */
  ifindex(name: string): number | undefined;
  ifname(index: number): string | undefined;
}

export interface PrintOptions {
  /** -n, -nn and the like, as nft's output flags. */
  readonly numericProtocol?: boolean;
  readonly numericPriority?: boolean;
  readonly numericSymbols?: boolean;
  readonly numericTime?: boolean;
  readonly service?: boolean;
  readonly guid?: boolean;
  readonly reverseDns?: boolean;
  readonly stateless?: boolean;
  readonly handles?: boolean;
  readonly terse?: boolean;
}

export interface ValueType {
  /** As in `type NAME`: `ipv4_addr`. */
  readonly name: string;
  /** As in messages: `IPv4 address`. */
  readonly description: string;
  /** nft's number of the type (a set's key type over netlink). */
  readonly id: number;
  /** 0: variable (integer, string). */
  readonly bits: number;
  readonly order: ByteOrder;
  /** The type it derives from; ends at integer or string. */
  readonly base?: ValueType;
  readonly symbols?: Symbols;
  /** A set of flags: `a,b` tests bits. */
  readonly bitmask?: true;
  /** Concatenation: its parts. */
  readonly parts?: readonly ValueType[];
  /** Reads a literal; a string is the error message. */
  parse(text: string, scope: NameScope, bits: number): bigint | ParsedPrefix | string;
  print(value: bigint, bits: number, scope: NameScope, options: PrintOptions): string;
  /** For JSON: a number, a text, …; default derives from print. */
  json(value: bigint, bits: number, scope: NameScope, options: PrintOptions): unknown;
}

/** A literal that stands for several values by itself: `eth*`. */
export interface ParsedPrefix {
  readonly value: bigint;
  readonly prefixBits: number;
}
