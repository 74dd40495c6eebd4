/**
 * The answer to a trace: every frame that left, what the machine looked like, what was decided.
 *
 * Owns the format (docs/trace.md). A kernel's recording has the same keys; `verdict`, `path`, `rule`,
 * `reason` and `summary` are what only a simulation knows.
 */
import type { FlowLogEntry } from '../datapath/flowtable/index.ts';
import type { Json } from '../eval/list/json.ts';

export interface EgressFrame {
  readonly oif: string;
  /** Hexadecimal. */
  readonly frame: string;
}

/** What became of a packet. */
export type Fate = 'forwarded' | 'delivered' | 'dropped' | 'refused' | 'answered' | 'sent';

/** How it went: through the hooks, by a flowtable, or by hardware (counted, still seen by the CPU). */
export type Path = 'slow' | 'fast' | 'hardware';

export interface PacketAnswer {
  readonly event: number;
  /** Seconds. */
  readonly time: number;
  readonly iif?: string;
  readonly egress: readonly EgressFrame[];
  readonly verdict?: Fate;
  readonly path?: Path;
  /** Why it was dropped: the kernel's reason. */
  readonly reason?: string;
  /** The rule or policy that decided. */
  readonly rule?: string;
  /** A command that was refused, and what it said. */
  readonly failed?: true;
  readonly error?: string;
}

export interface Snapshot {
  readonly nft_json: readonly Json[] | null;
  readonly nft?: string;
  readonly conntrack: readonly string[];
  readonly conntrack_plain?: readonly string[];
  readonly proc: readonly string[];
}

export interface Summary {
  readonly packets: number;
  readonly verdicts: Readonly<Record<string, number>>;
  readonly paths: Readonly<Record<string, number>>;
  /** Drops by reason. */
  readonly drops: Readonly<Record<string, number>>;
}

/** An expectation that did not hold. */
export interface Failure {
  /** The event; absent for what is expected of the end. */
  readonly event?: number;
  readonly snapshot?: string;
  /** `verdict`, `oif`, `path`, `rule`, `counters ip filter forward handle 4`, … */
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
}

/** Something that happened to a flow of a flowtable, or why a packet did not become one. */
export interface FlowNote extends FlowLogEntry {
  /** In words. */
  readonly text: string;
}

export interface Answer {
  readonly case: string;
  readonly loaded: boolean;
  readonly load_error?: string;
  readonly packets: readonly PacketAnswer[];
  readonly snapshots: Readonly<Record<string, Snapshot>>;
  readonly monitor?: readonly string[];
  /** The lines of `conntrack -E`, where asked for. */
  readonly events?: readonly string[];
  /** With --explain; times in seconds. */
  readonly flows?: readonly FlowNote[];
  /** What of the ruleset is listed and not done. */
  readonly notes?: readonly string[];
  readonly summary: Summary;
  readonly failures: readonly Failure[];
}
