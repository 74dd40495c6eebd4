/**
 * What a value type is: width, byte order, names of values, how it reads and prints.
 *
 * Owns the shape; each type is one row in this folder. Mirrors struct datatype of nft(8)'s DATA TYPES.
 */
import type { Json } from '../list/json.ts';

export type ByteOrder = 'big' | 'host';

/** Names of values, in the order in which nft knows them. */
export type Symbols = ReadonlyArray<readonly [name: string, value: bigint]>;

/** What a parse or print may ask of the outside: names of devices, users, groups; the time zone. */
export interface NameScope {
  /** Device index by name and back; undefined: no such device. */
  ifindex(name: string): number | undefined;
  ifname(index: number): string | undefined;
  /** User and group names; absent: only root is known. */
  user?(name: string): number | undefined;
  userName?(id: number): string | undefined;
  group?(name: string): number | undefined;
  groupName?(id: number): string | undefined;
  /** The inode of a cgroup below /sys/fs/cgroup, and back. */
  cgroup?(path: string): bigint | undefined;
  cgroupPath?(id: bigint): string | undefined;
  /** As in $TZ: `UTC-2`, `Europe/Berlin`; absent: UTC. */
  readonly timeZone?: string;
  /** Seconds since 1970, for times of the day across a change of the clock; absent: 0. */
  now?(): number;
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
  /** Of rules without a `counter`: how many packets came to their end, as a note. */
  readonly counts?: boolean;
  /** Events: elements of sets without a name as they were sent, chains without one by what they got. */
  readonly asSent?: boolean;
  /** The end of a range: durations in seconds, no names of services, users, hosts. */
  readonly inRange?: boolean;
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
  /** How `describe` lists the names; absent: with their values in the format that is usual. */
  readonly described?: {
    /** Another number of bits than its values have. */
    readonly bits?: number;
    /** Values in hexadecimal though they print as decimals. */
    readonly hex?: true;
    /** The file that names them. */
    readonly file?: string;
    /** These, without a heading; where there are none, nothing. */
    readonly as?: Symbols;
  };
  /** A set of flags: `a,b` tests bits. */
  readonly bitmask?: true;
  /** Flags that are tested even where one stands in braces: `ct state { new }`. */
  readonly testsInBraces?: true;
  /** Addresses: ranges and masks of leading bits are prefixes, `addr/len`. */
  readonly prefixes?: true;
  /** Names that are words of the language: of this type wherever they stand. */
  readonly words?: readonly string[];
  /** Takes values of any type of numbers: `meta mark set ip saddr`. */
  readonly anyNumber?: true;
  /** Concatenation: its parts. */
  readonly parts?: readonly ValueType[];
  /** Reads a stretch of a text that is a usual literal of at most 32 bits; -1: it is not. */
  readonly scan?: (text: string, start: number, end: number) => number;
  /** The same for wider types: writes its bytes, first the most significant; false: it is not. */
  readonly scanBytes?: (
    text: string,
    start: number,
    end: number,
    into: Uint8Array,
    at: number,
  ) => boolean;
  /** Reads a literal; a string is the error message. */
  parse(text: string, scope: NameScope, bits: number): bigint | string;
  print(value: bigint, bits: number, scope: NameScope, options: PrintOptions): string;
  json(value: bigint, bits: number, scope: NameScope, options: PrintOptions): Json;
}
