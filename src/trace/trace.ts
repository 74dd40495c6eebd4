/**
 * A trace that has been read: checked, with every packet as bytes.
 *
 * Owns the types that the readers make and replay takes.
 */
import type { EndExpect, Env, PacketExpect } from './schema.ts';

export interface RulesetText {
  /** The file's path as messages name it. */
  readonly name: string;
  readonly text: string;
  /** The folder that relative includes start from. */
  readonly directory: string;
}

interface Timed {
  /** Number in the trace's list of events. */
  readonly index: number;
  /** Microseconds from the start. */
  readonly time: number;
}

export interface FrameEvent extends Timed {
  readonly kind: 'frame';
  readonly iif: string;
  readonly bytes: Uint8Array;
  readonly expect?: PacketExpect;
}

/** An IP packet that the machine itself sends. */
export interface SendEvent extends Timed {
  readonly kind: 'send';
  readonly family: 'ip' | 'ip6';
  readonly bytes: Uint8Array;
  readonly expect?: PacketExpect;
}

export interface CommandEvent extends Timed {
  readonly kind: 'nft' | 'conntrack' | 'ip';
  readonly command: string;
}

export interface SysctlEvent extends Timed {
  readonly kind: 'sysctl';
  readonly values: Readonly<Record<string, string>>;
}

export interface LinkEvent extends Timed {
  readonly kind: 'link';
  readonly dev: string;
  readonly state: 'up' | 'down';
}

export interface SnapshotEvent extends Timed {
  readonly kind: 'snapshot';
  readonly name: string;
  readonly expect?: EndExpect;
}

export type TraceEvent =
  | FrameEvent
  | SendEvent
  | CommandEvent
  | SysctlEvent
  | LinkEvent
  | SnapshotEvent;

export interface Trace {
  readonly file: string;
  /** The case's name: the file's, without `.case.json`, `.json` and the like. */
  readonly name: string;
  readonly about?: string;
  readonly ruleset?: RulesetText;
  readonly monitor: boolean;
  readonly env: Env;
  /** Whether `env` was described for it; else it is the saved machine's, or empty. */
  readonly hasMachine: boolean;
  readonly events: readonly TraceEvent[];
  readonly expect?: EndExpect;
}
