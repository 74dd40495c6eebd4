/**
 * Room for a new TCP connection by the end of one that is closing.
 *
 * Mirrors nf_nat_used_tuple_harder (nf_nat_core.c, from 6.3): when nearly all ports have been tried,
 * a translated entry in TIME_WAIT or CLOSE gives way to a SYN whose sequence number is beyond its own.
 */
import {
  type Conntrack,
  IP_CT_DIR_ORIGINAL,
  IPPROTO_TCP,
  IPS_DYING,
  IPS_FIXED_TIMEOUT,
  IPS_HW_OFFLOAD,
  IPS_OFFLOAD,
  IPS_SRC_NAT,
  type Tuple,
  tupleProtonum,
} from '../conntrack/index.ts';
import { NONE } from '../packet.ts';

/** NF_NAT_HARDER_THRESH: attempts left from which entries are evicted. */
const THRESHOLD = 32;
/** TCP_CONNTRACK_SYN_SENT, TCP_CONNTRACK_TIME_WAIT */
const SYN_SENT = 1;
const TIME_WAIT = 7;

export class ClosingEviction {
  private readonly conntrack: Conntrack;

  constructor(conntrack: Conntrack) {
    this.conntrack = conntrack;
  }

  /** Whether `reply`, taken by another connection than `row`, was made free. */
  evict(reply: Tuple, row: number, attemptsLeft: number): boolean {
    const { conntrack } = this;
    const { table } = conntrack;
    if (attemptsLeft > THRESHOLD || tupleProtonum(reply) !== IPPROTO_TCP) return false;
    if (table.state[row] !== SYN_SENT) return false;
    const found = conntrack.lookup(reply, table.zone[row]!);
    if (found === NONE) return true;
    if ((found & 1) === IP_CT_DIR_ORIGINAL) return false;
    const old = found >> 1;
    const status = table.status[old]!;
    if (table.state[old]! < TIME_WAIT) return false;
    if (status & (IPS_FIXED_TIMEOUT | IPS_DYING) || !(status & IPS_SRC_NAT)) return false;
    if (((table.tdEnd[row * 2]! - table.tdEnd[old * 2]!) | 0) <= 0) return false;
    return conntrack.kill(old) && !(status & (IPS_OFFLOAD | IPS_HW_OFFLOAD));
  }
}
