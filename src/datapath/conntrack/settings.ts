/**
 * The settings under net.netfilter.nf_conntrack_*: names, the kernel's defaults, values at hand.
 *
 * Mirrors nf_conntrack_standalone.c. Timeouts belong to the trackers and are defined from their rows.
 */
import { HZ } from '../clock.ts';
import type { Netns } from '../netns.ts';
import type { KernelProfile } from '../profile.ts';
import type { Tracker } from './tracker.ts';

const PREFIX = 'net.netfilter.';
/** Entries of the hash of a machine with 1 to 4 GiB, and so nf_conntrack_max. */
const HASH_SIZE = 65536;
const INT_MAX = 2 ** 31 - 1;

/** Field: [sysctl, default, maximum]. */
const ROWS = {
  max: ['nf_conntrack_max', HASH_SIZE, INT_MAX],
  buckets: ['nf_conntrack_buckets', HASH_SIZE, INT_MAX],
  checksum: ['nf_conntrack_checksum', 1, 1],
  logInvalid: ['nf_conntrack_log_invalid', 0, 255],
  expectMax: ['nf_conntrack_expect_max', (HASH_SIZE / 256) * 4, INT_MAX],
  acct: ['nf_conntrack_acct', 0, 1],
  events: ['nf_conntrack_events', 2, 2],
  timestamp: ['nf_conntrack_timestamp', 0, 1],
  tcpLoose: ['nf_conntrack_tcp_loose', 1, 1],
  tcpBeLiberal: ['nf_conntrack_tcp_be_liberal', 0, 1],
  tcpIgnoreInvalidRst: ['nf_conntrack_tcp_ignore_invalid_rst', 0, 1],
  tcpMaxRetrans: ['nf_conntrack_tcp_max_retrans', 3, 255],
  dccpLoose: ['nf_conntrack_dccp_loose', 1, 1],
  helper: ['nf_conntrack_helper', 0, 1],
} as const;

type Name = keyof typeof ROWS;

const lacks = (profile: KernelProfile, name: Name): boolean =>
  (name === 'tcpIgnoreInvalidRst' && !profile.tcpIgnoreInvalidRst) ||
  (name === 'helper' && !profile.helpersByPort);

export class Settings implements Record<Name, number> {
  max = 0;
  buckets = 0;
  checksum = 0;
  logInvalid = 0;
  expectMax = 0;
  acct = 0;
  events = 0;
  timestamp = 0;
  tcpLoose = 0;
  tcpBeLiberal = 0;
  tcpIgnoreInvalidRst = 0;
  tcpMaxRetrans = 0;
  dccpLoose = 0;
  helper = 0;
  /** Jiffies by timeout index of each tracker. */
  private readonly timeouts = new Map<Tracker, Float64Array>();

  constructor({ sysctl, profile }: Netns, trackers: readonly Tracker[]) {
    for (const name of Object.keys(ROWS) as Name[]) {
      const [key, value, max] = ROWS[name];
      if (lacks(profile, name)) {
        sysctl.lack(PREFIX + key);
        continue;
      }
      sysctl.define(PREFIX + key, value, { min: 0, max, apply: (v) => (this[name] = v) });
    }
    const cellsBy = new Map<string, { seconds: number; cells: Float64Array; index: number }[]>();
    for (const tracker of trackers) {
      const cells = new Float64Array(tracker.timeoutCells);
      this.timeouts.set(tracker, cells);
      for (const { index, sysctl: key, seconds: usual, secondsIn } of tracker.timeouts) {
        const seconds = secondsIn?.(profile) ?? usual;
        if (key === undefined) {
          cells[index] = seconds * HZ;
          continue;
        }
        const same = cellsBy.get(key) ?? [];
        same.push({ seconds, cells, index });
        cellsBy.set(key, same);
      }
    }
    for (const [key, same] of cellsBy) {
      const apply = (v: number) => {
        for (const { cells, index } of same) cells[index] = v * HZ;
      };
      sysctl.define(PREFIX + key, same[0]!.seconds, { min: 0, apply });
    }
  }

  timeoutsOf(tracker: Tracker): Float64Array {
    return this.timeouts.get(tracker)!;
  }
}
