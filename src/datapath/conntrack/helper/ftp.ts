/**
 * FTP: data connections that the control connection announces.
 *
 * Mirrors nf_conntrack_ftp.c and nf_nat_ftp.c. A side is only read right behind a line end that it
 * was seen to send, so the first line of each side is not.
 */
import { word } from '../../address.ts';
import { NF_ACCEPT, NF_DROP } from '../../hooks.ts';
import {
  END,
  IP_CT_ESTABLISHED,
  IP_CT_ESTABLISHED_REPLY,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  type Packet,
} from '../../packet.ts';
import type { ConntrackCore } from '../core.ts';
import type { Expectation } from '../expect.ts';
import { directionOf, IPPROTO_TCP, IPS_NAT_MASK } from '../status.ts';
import {
  newTuple,
  setTuplePorts,
  TUPLE_DST,
  TUPLE_SRC,
  TUPLE_WORDS,
  tupleDport,
} from '../tuple.ts';
import { type FtpEndpoint, findCommand, match, NO_MATCH, PARTIAL } from './ftp-command.ts';
import type { Helper } from './helper.ts';

const HEADER = 20;
const NEWLINE = 10;
/** NUM_SEQ_TO_REMEMBER */
const REMEMBERED = 2;
const FIND_PORT_ATTEMPTS = 128;

/** struct nf_ct_ftp_master: sequence numbers right behind a line end, by direction. */
interface FtpData {
  readonly afterNewline: readonly [number[], number[]];
  /** Made by user space: reads on without having seen a line end (NF_CT_FTP_SEQ_PICKUP). */
  readonly pickUp: [boolean, boolean];
}

const after = (a: number, b: number): boolean => ((a - b) | 0) > 0;
const latin1 = new TextDecoder('latin1');

const own = newTuple();
const other = newTuple();
const endpoint: FtpEndpoint = { address: new Uint32Array(4), port: 0 };

const fresh = (): FtpData => ({ afterNewline: [[], []], pickUp: [false, false] });

/** update_nl_seq */
function rememberNewline(known: number[], seq: number): void {
  if (known.includes(seq)) return;
  if (known.length < REMEMBERED) {
    known.push(seq);
    return;
  }
  const oldest = after(known[1]!, known[0]!) ? 0 : 1;
  if (after(seq, known[oldest]!)) known[oldest] = seq;
}

/** What the payload `text` of this direction makes of the connection: NF_ACCEPT or NF_DROP. */
function readCommand(
  ct: ConntrackCore,
  p: Packet,
  row: number,
  protoff: number,
  ctinfo: number,
  text: string,
): number | 'partial' {
  const dir = directionOf(ctinfo);
  const l3num = ct.l3num(row);
  ct.getTuple(row, dir, own);
  ct.getTuple(row, 1 - dir, other);
  endpoint.address.set(own.subarray(TUPLE_SRC, TUPLE_SRC + 4));
  const found = findCommand(text, dir, l3num, endpoint);
  if (found === PARTIAL) return 'partial';
  if (found === NO_MATCH) return NF_ACCEPT;
  // an address that is not the sender's own is not opened (`loose` is off)
  for (let i = 0; i < 4; i++) if (endpoint.address[i] !== own[TUPLE_SRC + i]) return NF_ACCEPT;
  const exp = ct.expectations.make(row, {
    l3num,
    protonum: IPPROTO_TCP,
    source: { tuple: other, at: TUPLE_SRC },
    destination: { tuple: other, at: TUPLE_DST },
    dport: endpoint.port,
  });
  if (ct.nat && ct.table.status[row]! & IPS_NAT_MASK)
    return translate(ct, p, row, protoff, ctinfo, exp);
  return ct.expectations.add(exp) === 0 ? NF_ACCEPT : NF_DROP;
}

/** nf_nat_ftp: the other side must hear of the address and a free port that it sees. */
function translate(
  ct: ConntrackCore,
  p: Packet,
  row: number,
  protoff: number,
  ctinfo: number,
  exp: Expectation,
): number {
  const dir = directionOf(ctinfo);
  exp.follow = { direction: 1 - dir, savedPort: tupleDport(exp.tuple) };
  const port = findPort(ct, exp, tupleDport(exp.tuple));
  if (port === 0) return NF_DROP;
  const text = formatCommand(ct, row, 1 - dir, port);
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
  if (ct.nat!.mangleTcp(p, row, ctinfo, protoff, match.offset, match.length, bytes))
    return NF_ACCEPT;
  ct.expectations.unlink(exp);
  return NF_DROP;
}

/** nf_nat_exp_find_port: the same port, else random ones above it. */
function findPort(ct: ConntrackCore, exp: Expectation, wanted: number): number {
  const range = 0xffff - wanted;
  let port = wanted;
  for (let left = Math.min(range, FIND_PORT_ATTEMPTS); ; left--) {
    setTuplePorts(exp.tuple, 0, port);
    const error = ct.expectations.add(exp);
    if (error === 0) return port;
    if (error !== 'EBUSY' || left <= 0) return 0;
    port = wanted + ct.netns.random.below(range);
  }
}

/** nf_nat_ftp_fmt_cmd: the destination of a direction's tuple, as the command writes it. */
function formatCommand(ct: ConntrackCore, row: number, dir: number, port: number): string {
  const at = (row * 2 + dir) * TUPLE_WORDS + TUPLE_DST;
  const words = ct.table.tuples.subarray(at, at + 4);
  const a = words[0]!;
  const bytes = [a >>> 24, (a >>> 16) & 255, (a >>> 8) & 255, a & 255];
  switch (match.type) {
    case 'EPSV':
      return `|||${port}|`;
    case 'EPRT':
      return ct.l3num(row) === NFPROTO_IPV4
        ? `|1|${bytes.join('.')}|${port}|`
        : `|2|${fullIpv6(words)}|${port}|`;
    default:
      return [...bytes, port >> 8, port & 255].join(',');
  }
}

/** %pI6: eight groups of four digits. */
function fullIpv6(words: Uint32Array): string {
  const groups = Array.from(
    { length: 8 },
    (_, i) => (words[i >> 1]! >>> (i & 1 ? 0 : 16)) & 0xffff,
  );
  return groups.map((g) => g.toString(16).padStart(4, '0')).join(':');
}

export const ftp: Helper = {
  name: 'ftp',
  protonum: IPPROTO_TCP,
  families: [NFPROTO_IPV4, NFPROTO_IPV6],
  port: 21,
  policies: [{ name: '', maxExpected: 1, timeout: 300 }],
  help(ct, p, row, protoff, ctinfo) {
    if (ctinfo !== IP_CT_ESTABLISHED && ctinfo !== IP_CT_ESTABLISHED_REPLY) return NF_ACCEPT;
    const { b, m } = p;
    const end = m[END]!;
    if (protoff + HEADER > end) return NF_ACCEPT;
    const start = protoff + (b[protoff + 12]! >> 4) * 4;
    if (start >= end) return NF_ACCEPT;
    const help = ct.help.get(row)!;
    const data = (help.data ??= fresh()) as FtpData;
    const dir = directionOf(ctinfo);
    const known = data.afterNewline[dir]!;
    const seq = word(b, protoff + 4);
    const endsInNewline = b[end - 1] === NEWLINE;
    const pickedUp = data.pickUp[dir];
    let verdict: number | 'partial' = NF_ACCEPT;
    if (known.includes(seq) || pickedUp) {
      if (!known.includes(seq)) data.pickUp[dir] = false;
      verdict = readCommand(ct, p, row, protoff, ctinfo, latin1.decode(b.subarray(start, end)));
    }
    // half a command: the rest must come in one piece with it
    if (verdict === 'partial') return NF_DROP;
    if (endsInNewline) rememberNewline(known, (seq + end - start) | 0);
    return verdict;
  },
};
