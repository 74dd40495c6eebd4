/**
 * Counters of what connection tracking did, as `conntrack -S` and /proc/net/stat show them.
 *
 * Mirrors struct ip_conntrack_stat; the machine has one CPU.
 */
export interface Stats {
  found: number;
  invalid: number;
  insert: number;
  insertFailed: number;
  drop: number;
  earlyDrop: number;
  error: number;
  searchRestart: number;
  clashResolve: number;
  chainTooLong: number;
  expectNew: number;
  expectCreate: number;
  expectDelete: number;
}

export const newStats = (): Stats => ({
  found: 0,
  invalid: 0,
  insert: 0,
  insertFailed: 0,
  drop: 0,
  earlyDrop: 0,
  error: 0,
  searchRestart: 0,
  clashResolve: 0,
  chainTooLong: 0,
  expectNew: 0,
  expectCreate: 0,
  expectDelete: 0,
});
