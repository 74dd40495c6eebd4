/** The words of nft that read a value: one line per row. */
import type { Span } from '../../parser/ast.ts';
import type { KeySyntax } from '../../parser/vocabulary.ts';
import type { Load } from '../checked.ts';
import type { KeyRow } from '../row.ts';
import { ah } from './ah.ts';
import { arp } from './arp.ts';
import { comp } from './comp.ts';
import { ct } from './ct.ts';
import { dccp } from './dccp.ts';
import { dst } from './dst.ts';
import { esp } from './esp.ts';
import { ether } from './ether.ts';
import { exthdr } from './exthdr.ts';
import { fib } from './fib.ts';
import { frag } from './frag.ts';
import { geneve } from './geneve.ts';
import { gre } from './gre.ts';
import { gretap } from './gretap.ts';
import { jhash, symhash } from './hash.ts';
import { hbh } from './hbh.ts';
import { icmp } from './icmp.ts';
import { icmpv6 } from './icmpv6.ts';
import { igmp } from './igmp.ts';
import { ip } from './ip.ts';
import { ip6 } from './ip6.ts';
import { ipsec } from './ipsec.ts';
import { meta } from './meta.ts';
import { mh } from './mh.ts';
import { numgen } from './numgen.ts';
import { osf } from './osf.ts';
import { queueNumber } from './queue-number.ts';
import { raw } from './raw.ts';
import { rt } from './rt.ts';
import { sctp } from './sctp.ts';
import { rt0, rt2, srh } from './segment.ts';
import { socket } from './socket.ts';
import { tcp } from './tcp.ts';
import { th } from './th.ts';
import { udp } from './udp.ts';
import { udplite } from './udplite.ts';
import { vlan } from './vlan.ts';
import { vxlan } from './vxlan.ts';

export const keyRows: readonly KeyRow[] = [
  ether,
  vlan,
  arp,
  ip,
  ip6,
  icmp,
  igmp,
  icmpv6,
  tcp,
  udp,
  udplite,
  sctp,
  dccp,
  ah,
  esp,
  comp,
  gre,
  gretap,
  vxlan,
  geneve,
  th,
  raw,
  hbh,
  rt,
  srh,
  rt0,
  rt2,
  frag,
  dst,
  mh,
  exthdr,
  meta,
  ct,
  socket,
  osf,
  fib,
  ipsec,
  numgen,
  jhash,
  symhash,
];

/** The same for the parser: `set` may follow those that can be written. */
export const keySyntax: readonly KeySyntax[] = keyRows.map((row) => ({
  ...row,
  settable: row.lowerStore !== undefined,
}));

/** Words that stand for a type in `typeof` only, with the expression that they are an example of. */
export const typeofRows: readonly { readonly name: string; example(span: Span): Load }[] = [
  queueNumber,
];
