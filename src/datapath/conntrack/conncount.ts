/**
 * `ct count`: how many of the connections that came by still exist.
 *
 * Mirrors nf_conncount.c and nft_connlimit.c: a list of tuples that are looked up again.
 */
import { CT, NH, NONE, type Packet, PF } from '../packet.ts';
import type { ConntrackCore } from './core.ts';
import { getL4proto, getTuple, l4 } from './headers.ts';
import { TCP_CLOSE, TCP_TIME_WAIT } from './proto/tcp-state.ts';
import {
  IP_CT_DIR_ORIGINAL,
  IPPROTO_TCP,
  IPS_ASSURED,
  IPS_CONFIRMED,
  IPS_TEMPLATE,
  ZONE_DIR_BOTH,
} from './status.ts';
import { findIn } from './track.ts';
import { newTuple, type Tuple, tuplesEqual } from './tuple.ts';

/** CONNCOUNT_GC_MAX_COLLECT: more dead ones than this are left for the next time. */
const MAX_COLLECT = 64;

interface Counted {
  readonly tuple: Tuple;
  readonly zone: number;
  readonly zoneDir: number;
}

const current = newTuple();

export class ConnCount {
  private readonly ct: ConntrackCore;
  private list: Counted[] = [];
  private lastGc: number;
  private lastGcSize = 0;

  constructor(ct: ConntrackCore) {
    this.ct = ct;
    this.lastGc = ct.jiffies;
  }

  /** Connections on the list, as of the last look. */
  get size(): number {
    return this.list.length;
  }

  /** Puts the packet's connection on the list; how many there are then, or NONE: drop. */
  count(p: Packet): number {
    const { ct } = this;
    const { m } = p;
    let row = m[CT]!;
    let [zone, zoneDir] = [0, ZONE_DIR_BOTH];
    if (row !== NONE) [zone, zoneDir] = [ct.table.zone[row]!, ct.table.zoneDir[row]!];
    if (row !== NONE && !(ct.table.status[row]! & IPS_TEMPLATE)) {
      ct.getTuple(row, IP_CT_DIR_ORIGINAL, current);
    } else {
      const dataoff = getL4proto(p, m[NH]!, m[PF]!);
      if (dataoff === NONE || !getTuple(ct, p, m[NH]!, dataoff, m[PF]!, l4.protonum, current))
        return NONE;
      const h = findIn(ct, current, zone, zoneDir);
      row = h === NONE ? NONE : h >> 1;
    }
    const status = row === NONE ? 0 : ct.table.status[row]!;
    if ((status & (IPS_CONFIRMED | IPS_ASSURED)) === (IPS_CONFIRMED | IPS_ASSURED)) {
      this.collect();
      return this.list.length;
    }
    const justLooked =
      !(status & IPS_CONFIRMED) &&
      this.lastGc === ct.jiffies &&
      this.list.length - this.lastGcSize < MAX_COLLECT;
    if (justLooked || !this.known(zone, zoneDir))
      this.list.push({ tuple: current.slice(), zone, zoneDir });
    return this.list.length;
  }

  /** nf_conncount_gc_list: true if nothing is left. */
  collect(): boolean {
    if (this.lastGc !== this.ct.jiffies) {
      this.lastGc = this.ct.jiffies;
      this.list = this.list.filter((counted) => this.exists(counted));
      this.lastGcSize = this.list.length;
    }
    return this.list.length === 0;
  }

  /** Whether `current` is on the list already; drops dead ones on the way. */
  private known(zone: number, zoneDir: number): boolean {
    const originalZone = zoneDir & 1 ? zone : 0;
    let collected = 0;
    let found = false;
    this.list = this.list.filter((counted) => {
      if (found || collected > MAX_COLLECT) return true;
      if (!this.exists(counted)) {
        collected++;
        return false;
      }
      const same = tuplesEqual(counted.tuple, 0, current, 0);
      found = same && (counted.zoneDir & 1 ? counted.zone : 0) === originalZone;
      return true;
    });
    if (!found) {
      this.lastGc = this.ct.jiffies;
      this.lastGcSize = this.list.length;
    }
    return found;
  }

  private exists({ tuple, zone, zoneDir }: Counted): boolean {
    const { ct } = this;
    const h = findIn(ct, tuple, zone, zoneDir);
    if (h === NONE) return false;
    const state = ct.table.state[h >> 1];
    const closed = state === TCP_TIME_WAIT || state === TCP_CLOSE;
    return !(closed && ct.protonum(h >> 1) === IPPROTO_TCP);
  }
}
