/**
 * The collector of dead connections, and early drop when the table is full.
 *
 * Mirrors gc_worker and early_drop (nf_conntrack_core.c). It runs while there are connections, at
 * intervals that follow their timeouts. The kernel's runs always, and nothing tells when it last did:
 * here it did right before the first connection came.
 */
import { HZ, type Timer, US_PER_JIFFY } from '../clock.ts';
import { NONE } from '../packet.ts';
import type { ConntrackCore } from './core.ts';
import { IPS_ASSURED, IPS_DYING, IPS_HELPER, IPS_OFFLOAD } from './status.ts';
import type { Tuple } from './tuple.ts';

/** GC_SCAN_INTERVAL_MIN: what an entry counts for at least. */
const SCAN_INTERVAL_MIN = HZ;
/** A scan starts out from this average, of so many imagined entries. */
const SCAN_INTERVAL_INIT = 2 ** 31 - 1;
const SCAN_INITIAL_COUNT = 100;
const SCAN_INTERVAL_CLAMP = 300 * HZ;
/** NF_CT_EVICTION_RANGE: buckets that early drop looks at. */
const EVICTION_RANGE = 8;

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

export class GarbageCollector {
  private readonly ct: ConntrackCore;
  private readonly least: number;
  private readonly most: number;
  private timer: Timer | null = null;
  /** The table was full: the next scan drops what is not assured down to 95 %. */
  private pressed = false;

  constructor(ct: ConntrackCore) {
    this.ct = ct;
    const [least, most] = ct.netns.profile.conntrackScan;
    this.least = least * HZ;
    this.most = most * HZ;
  }

  /** A connection came into the table. */
  wake(): void {
    if (this.timer === null) this.schedule(this.most);
  }

  private schedule(jiffies: number): void {
    const { clock } = this.ct.netns;
    this.timer = clock.schedule(clock.now + jiffies * US_PER_JIFFY, () => this.scan());
  }

  private scan(): void {
    const { ct } = this;
    const max95 = this.pressed ? Math.floor(ct.settings.max / 100) * 95 : 0;
    let nextRun = SCAN_INTERVAL_INIT;
    let count = SCAN_INITIAL_COUNT;
    this.pressed = false;
    // where flowtables see to it themselves, they are like all others
    const liftsOffloaded = ct.netns.profile.flowtableTimeout !== 'set';
    ct.each((row) => {
      const status = ct.table.status[row]!;
      if (status & IPS_OFFLOAD && liftsOffloaded) return ct.offloadTimeout(row);
      if (ct.isExpired(row)) {
        if (ct.shouldGc(row)) ct.kill(row);
        return;
      }
      const expires = clamp(ct.expires(row), SCAN_INTERVAL_MIN, SCAN_INTERVAL_CLAMP);
      // each entry stands in the kernel's hash twice
      for (let i = 0; i < 2; i++) nextRun += Math.trunc((expires - nextRun) / ++count);
      if (status & IPS_DYING) return;
      if (status & IPS_HELPER) ct.expectations.collectOf(row);
      if (max95 > 0 && ct.table.count >= max95 && this.canEarlyDrop(row)) ct.kill(row);
    });
    this.timer = null;
    if (ct.table.first !== NONE) this.schedule(clamp(nextRun, this.least, this.most));
  }

  private canEarlyDrop(row: number): boolean {
    const { ct } = this;
    if (!(ct.table.status[row]! & IPS_ASSURED)) return true;
    return ct.tracker(row).canEarlyDrop?.(ct, row) ?? false;
  }

  /** Makes room for a connection of this tuple; false if none near it in the hash may go. */
  earlyDrop(tuple: Tuple, zone: number): boolean {
    const { ct } = this;
    for (let i = 0; i < EVICTION_RANGE; i++) {
      let drops = 0;
      for (const row of ct.table.bucketRows(tuple, zone, ct.settings.buckets, i)) {
        const status = ct.table.status[row]!;
        if (status & IPS_OFFLOAD) continue;
        if (ct.isExpired(row)) ct.kill(row);
        else if (!(status & (IPS_ASSURED | IPS_DYING)) && ct.kill(row)) drops++;
      }
      ct.stats.earlyDrop += drops;
      if (drops > 0) return true;
    }
    this.pressed = true;
    return false;
  }
}
