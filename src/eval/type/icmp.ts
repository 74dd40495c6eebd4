/** ICMP, ICMPv6 and IGMP: types and codes. Codes print as numbers except where nft rejects. */
import { numeric, symbolic, symbolTable } from './define.ts';
import { integer } from './integer.ts';
import type { ValueType } from './value-type.ts';

const octet = (name: string, description: string, id: number) =>
  ({ name, description, id, bits: 8, order: 'big', base: integer }) as const;

export const icmpType: ValueType = {
  ...symbolic(octet('icmp_type', 'ICMP type', 14), {
    'echo-reply': 0,
    'destination-unreachable': 3,
    'source-quench': 4,
    redirect: 5,
    'echo-request': 8,
    'router-advertisement': 9,
    'router-solicitation': 10,
    'time-exceeded': 11,
    'parameter-problem': 12,
    'timestamp-request': 13,
    'timestamp-reply': 14,
    'info-request': 15,
    'info-reply': 16,
    'address-mask-request': 17,
    'address-mask-reply': 18,
  }),
  words: ['redirect'],
};

export const icmpv6Type: ValueType = symbolic(octet('icmpv6_type', 'ICMPv6 type', 29), {
  'destination-unreachable': 1,
  'packet-too-big': 2,
  'time-exceeded': 3,
  'parameter-problem': 4,
  'echo-request': 128,
  'echo-reply': 129,
  'mld-listener-query': 130,
  'mld-listener-report': 131,
  'mld-listener-done': 132,
  'mld-listener-reduction': 132,
  'nd-router-solicit': 133,
  'nd-router-advert': 134,
  'nd-neighbor-solicit': 135,
  'nd-neighbor-advert': 136,
  'nd-redirect': 137,
  'router-renumbering': 138,
  'ind-neighbor-solicit': 141,
  'ind-neighbor-advert': 142,
  'mld2-listener-report': 143,
});

export const igmpType: ValueType = symbolic(octet('igmp_type', 'IGMP type', 42), {
  'membership-query': 17,
  'membership-report-v1': 18,
  'membership-report-v2': 22,
  'membership-report-v3': 34,
  'leave-group': 23,
});

/** Reads names, prints numbers; statements that print names look them up in `symbols`. */
function codeType(
  name: string,
  description: string,
  id: number,
  table: Readonly<Record<string, number>>,
): ValueType {
  const given = octet(name, description, id);
  return {
    ...numeric(given),
    symbols: symbolTable(table),
    described: { as: [] },
    parse: symbolic(given, table).parse,
  };
}

export const icmpCode: ValueType = codeType('icmp_code', 'icmp code', 32, {
  'net-unreachable': 0,
  'host-unreachable': 1,
  'prot-unreachable': 2,
  'port-unreachable': 3,
  'net-prohibited': 9,
  'host-prohibited': 10,
  'admin-prohibited': 13,
  'frag-needed': 4,
});

export const icmpv6Code: ValueType = codeType('icmpv6_code', 'icmpv6 code', 33, {
  'no-route': 0,
  'admin-prohibited': 1,
  'addr-unreachable': 3,
  'port-unreachable': 4,
  'policy-fail': 5,
  'reject-route': 6,
});

export const icmpxCode: ValueType = codeType('icmpx_code', 'icmpx code', 34, {
  'port-unreachable': 1,
  'admin-prohibited': 3,
  'no-route': 0,
  'host-unreachable': 2,
});
