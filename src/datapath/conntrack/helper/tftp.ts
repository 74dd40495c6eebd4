/**
 * TFTP: a request's answer comes from another port. Mirrors nf_conntrack_tftp.c and nf_nat_tftp.c.
 */
import { half } from '../../address.ts';
import { NF_ACCEPT, NF_DROP } from '../../hooks.ts';
import { END, NFPROTO_IPV4, NFPROTO_IPV6 } from '../../packet.ts';
import { IP_CT_DIR_REPLY, IPPROTO_UDP, IPS_NAT_MASK } from '../status.ts';
import { newTuple, TUPLE_DST, TUPLE_SRC, TUPLE_WORDS, tupleDport, tupleSport } from '../tuple.ts';
import type { Helper } from './helper.ts';

const OPCODE_READ = 1;
const OPCODE_WRITE = 2;
const UDP_HEADER = 8;

const reply = newTuple();

export const tftp: Helper = {
  name: 'tftp',
  protonum: IPPROTO_UDP,
  families: [NFPROTO_IPV4, NFPROTO_IPV6],
  port: 69,
  policies: [{ name: '', maxExpected: 1, timeout: 300 }],
  help(ct, p, row, protoff) {
    const at = protoff + UDP_HEADER;
    if (at + 2 > p.m[END]!) return NF_ACCEPT;
    const opcode = half(p.b, at);
    if (opcode !== OPCODE_READ && opcode !== OPCODE_WRITE) return NF_ACCEPT;
    ct.getTuple(row, IP_CT_DIR_REPLY, reply);
    const exp = ct.expectations.make(row, {
      l3num: ct.l3num(row),
      protonum: IPPROTO_UDP,
      source: { tuple: reply, at: TUPLE_SRC },
      destination: { tuple: reply, at: TUPLE_DST },
      dport: tupleDport(reply),
    });
    if (ct.nat && ct.table.status[row]! & IPS_NAT_MASK) {
      const savedPort = tupleSport(ct.table.tuples, row * 2 * TUPLE_WORDS);
      exp.follow = { direction: IP_CT_DIR_REPLY, savedPort };
    }
    return ct.expectations.add(exp) === 0 ? NF_ACCEPT : NF_DROP;
  },
};
