/**
 * A conntrack command line as data: what to do, on which table, with which options.
 *
 * Owns the shape between command-line.ts (which reads argv) and run.ts (which does it), and the
 * errors of either.
 */

/** Letters of the commands. */
export type CommandLetter = 'L' | 'I' | 'U' | 'D' | 'G' | 'F' | 'E' | 'V' | 'h' | 'C' | 'S' | 'A';

export type TableName = 'conntrack' | 'expect' | 'dying' | 'unconfirmed';

/** A column of the tables of legal options: the command and whether it is of expectations. */
export type CommandName = CommandLetter | `expect ${CommandLetter}`;

export const VERSION = '1.4.8';
export const PROGRAM = 'conntrack';
/** How the tool names itself before what it says to people. */
export const TOOL = `${PROGRAM} v${VERSION} (conntrack-tools)`;

/** Ends the command with a message: status 2 for wrong usage, 1 for all else. */
export class CommandError extends Error {
  readonly status: 1 | 2;

  constructor(status: 1 | 2, message: string) {
    super(message);
    this.status = status;
  }
}

export const usageError = (message: string): CommandError => new CommandError(2, message);

/** An address of an option, with the family it is of. */
export interface Address {
  /** NFPROTO_IPV4 or NFPROTO_IPV6. */
  readonly family: number;
  /** Four words of network order; IPv4 uses the first. */
  readonly words: Uint32Array;
}

/** What is given of one direction's tuple. */
export interface TupleGiven {
  src?: Address;
  dst?: Address;
  sport?: number;
  dport?: number;
}

/** What is given of a connection, by its attributes. */
export interface Given {
  readonly original: TupleGiven;
  readonly reply: TupleGiven;
  readonly expected: TupleGiven;
  readonly mask: TupleGiven;
  protonum?: number;
  icmpType?: number;
  icmpCode?: number;
  icmpId?: number;
  state?: number;
  origVtag?: number;
  replyVtag?: number;
  role?: number;
  timeout?: number;
  status?: number;
  statusMask: number;
  mark?: { readonly value: number; readonly mask: number };
  secmark?: number;
  id?: number;
  zone?: number;
  origZone?: number;
  replyZone?: number;
  snat?: NatGiven;
  dnat?: NatGiven;
  labels?: readonly number[];
  labelsModified?: readonly number[];
}

export interface NatGiven {
  readonly address?: Address;
  readonly port?: number;
}

export interface OutputFormat {
  readonly xml: boolean;
  readonly extended: boolean;
  readonly timestamp: boolean;
  readonly id: boolean;
  readonly ktimestamp: boolean;
  readonly labels: boolean;
  readonly save: boolean;
}

export interface ConntrackCommand {
  /** null: none was given, which prints the usage. */
  readonly letter: CommandLetter | null;
  readonly table: TableName;
  /** Names of the options that were given (options.ts). */
  readonly options: ReadonlySet<string>;
  /** NFPROTO_*, 0: any. */
  readonly family: number;
  readonly given: Given;
  readonly output: OutputFormat;
  /** Of events: names of -e. */
  readonly events: readonly ('NEW' | 'UPDATE' | 'DESTROY')[];
}
