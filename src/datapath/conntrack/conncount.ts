/**
 * `ct count`: how many of the connections that came by still exist.
 *
 * Mirrors nf_conncount.c and nft_connlimit.c: a list of tuples that are looked up again.
 */
import { LOOPBACK_IFINDEX } from '../device.ts';
import { CT, NH, NONE, type Packet, PF, SKB_IIF } from '../packet.ts';
import type { KernelProfile } from '../profile.ts';
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
/** CONNCOUNT_GC_MAX_NODES, where every connection is looked for. */
const MAX_NODES = 8;

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
  private readonly takesListed: KernelProfile['countTakesListed'];

  constructor(ct: ConntrackCore) {
    this.ct = ct;
    this.takesListed = ct.netns.profile.countTakesListed;
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
    if (this.listed(status, m[SKB_IIF]!)) this.collect();
    else if (this.justLooked(status) || !this.known(zone, zoneDir))
      this.list.push({ tuple: current.slice(), zone, zoneDir });
    return this.list.length;
  }

  /** Whether a connection counts as listed without a look. */
  private listed(status: number, iif: number): boolean {
    if (!(status & IPS_CONFIRMED)) return false;
    if (this.takesListed === 'assured') return (status & IPS_ASSURED) !== 0;
    // local ones are confirmed before they come in
    return this.takesListed === 'confirmed' && iif !== LOOPBACK_IFINDEX;
  }

  /** Whether the list was looked through in this very jiffy; a new connection is not on it then. */
  private justLooked(status: number): boolean {
    return (
      this.takesListed !== 'none' &&
      !(status & IPS_CONFIRMED) &&
      this.lastGc === this.ct.jiffies &&
      this.list.length - this.lastGcSize < MAX_COLLECT
    );
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
    const most = this.takesListed === 'none' ? MAX_NODES : MAX_COLLECT;
    let collected = 0;
    let found = false;
    this.list = this.list.filter((counted) => {
      if (found || collected > most) return true;
      const h = this.find(counted);
      const same = tuplesEqual(counted.tuple, 0, current, 0);
      if (h !== NONE && same && this.sameZone(counted, zone, zoneDir)) {
        found = true;
        return true;
      }
      if (h !== NONE && !this.closed(h)) return true;
      collected++;
      return false;
    });
    if (!found) {
      this.lastGc = this.ct.jiffies;
      this.lastGcSize = this.list.length;
    }
    return found;
  }

  private find({ tuple, zone, zoneDir }: Counted): number {
    return findIn(this.ct, tuple, zone, zoneDir);
  }

  private sameZone(counted: Counted, zone: number, zoneDir: number): boolean {
    const of = (id: number, dir: number, bit: number) => (dir & (1 << bit) ? id : 0);
    // nf_ct_zone_equal was asked with a set of directions for a direction: of most zones it saw 0
    const bit = this.takesListed === 'assured' ? IP_CT_DIR_ORIGINAL : zoneDir;
    return of(counted.zone, counted.zoneDir, bit) === of(zone, zoneDir, bit);
  }

  private exists(counted: Counted): boolean {
    const h = this.find(counted);
    return h !== NONE && !this.closed(h);
  }

  /** already_closed */
  private closed(h: number): boolean {
    const { ct } = this;
    const state = ct.table.state[h >> 1];
    const closed = state === TCP_TIME_WAIT || state === TCP_CLOSE;
    return closed && ct.protonum(h >> 1) === IPPROTO_TCP;
  }
}
