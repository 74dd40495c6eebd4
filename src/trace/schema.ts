/**
 * The shape of a trace: what a case file may hold, as schemas and as types.
 *
 * Owns the format of traces (docs/trace.md): machine, events, packets by their fields, expectations.
 * What comes from other tools (`ip -j addr`, `ip -j route`, …) may hold more than is read here; what
 * is a trace's own is strict, so that a misspelt field is an error and never ignored.
 */
import { z } from 'zod';
import { RELEASES } from '../datapath/releases.ts';

const integer = (max: number) => z.int().min(0).max(max);
const u8 = integer(0xff);
const u16 = integer(0xffff);
const u32 = integer(0xffffffff);
const hex = z
  .string()
  .regex(/^(?:[0-9a-fA-F]{2}[:\s]?)*$/, 'not a string of hexadecimal bytes')
  .transform((s) => s.replace(/[:\s]/g, ''));
const fill = z.strictObject({ length: integer(65535), fill: u8.optional() });
const bytes = z.union([hex, fill], 'neither hexadecimal bytes nor {"length", "fill"}');

// ── The machine ────────────────────────────────────────────────────────────────────────────────

const text = z.union([z.string(), z.number()]).transform(String);

const linkSchema = z.looseObject({
  ifname: z.string().min(1).max(15),
  ifindex: z.int().min(1).max(0x7fffffff).optional(),
  address: z.string().optional(),
  mtu: z.int().min(68).max(65536).optional(),
  group: text.optional(),
  flags: z.array(z.string()).optional(),
  master: z.string().optional(),
  link: z.string().optional(),
  linkinfo: z
    .looseObject({
      info_kind: z.string().optional(),
      info_data: z.record(z.string(), z.unknown()).optional(),
      info_slave_kind: z.string().optional(),
      info_slave_data: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
  addr_info: z
    .array(
      z.looseObject({
        local: z.string(),
        prefixlen: integer(128),
        address: z.string().optional(),
      }),
    )
    .optional(),
});

const routeSchema = z.looseObject({
  dst: z.string(),
  gateway: z.string().optional(),
  dev: z.string().optional(),
  metric: z.number().optional(),
  table: text.optional(),
  prefsrc: z.string().optional(),
  type: z.string().optional(),
});

const ruleSchema = z.looseObject({
  priority: z.number().optional(),
  src: z.string().optional(),
  srclen: z.number().optional(),
  dst: z.string().optional(),
  dstlen: z.number().optional(),
  iif: z.string().optional(),
  fwmark: text.optional(),
  family: z.string().optional(),
  table: text,
});

const vid = integer(4095);
const bridgeVlanSchema = z.looseObject({
  ifname: z.string(),
  vlans: z.array(
    z.looseObject({
      vlan: vid,
      vlanEnd: vid.optional(),
      flags: z.array(z.string()).optional(),
    }),
  ),
});

export const envSchema = z.strictObject({
  link: z.array(linkSchema).default([]),
  route: z.array(routeSchema).optional(),
  rule: z.array(ruleSchema).optional(),
  neigh: z
    .array(z.looseObject({ dst: z.string(), dev: z.string(), lladdr: z.string() }))
    .optional(),
  sysctl: z.record(z.string(), text).optional(),
  bridge_vlan: z.array(bridgeVlanSchema).optional(),
  offload: z.array(z.string()).optional(),
  host: z.enum(['silent', 'closed']).optional(),
  listen: z.array(z.string().regex(/^udp\/\d+$/, 'not of the form "udp/53"')).optional(),
  kernel: z.enum(RELEASES).optional(),
  setup: z.array(z.string()).optional(),
});

// ── Packets by their fields ────────────────────────────────────────────────────────────────────

const tcpFlags = z.union([u8, z.string(), z.array(z.string())]);
const protocol = z.union([z.string(), u8]);

const packetFields = {
  frame: hex.optional(),
  ether: z
    .strictObject({
      saddr: z.string().optional(),
      daddr: z.string().optional(),
      type: u16.optional(),
    })
    .optional(),
  vlan: z
    .union([
      z.strictObject({
        id: integer(4095),
        pcp: integer(7).optional(),
        dei: integer(1).optional(),
        type: u16.optional(),
      }),
      z.array(
        z.strictObject({
          id: integer(4095),
          pcp: integer(7).optional(),
          dei: integer(1).optional(),
          type: u16.optional(),
        }),
      ),
    ])
    .optional(),
  /** The header of a PPPoE session; what PPP carries is IPv4 or IPv6 unless `protocol` says something else. */
  pppoe: z
    .strictObject({
      session: u16,
      code: u8.optional(),
      length: u16.optional(),
      protocol: u16.optional(),
    })
    .optional(),
  ip6: z
    .strictObject({
      saddr: z.string(),
      daddr: z.string(),
      hoplimit: u8.optional(),
      dscp: integer(63).optional(),
      ecn: integer(3).optional(),
      flowlabel: integer(0xfffff).optional(),
      length: u16.optional(),
      nexthdr: protocol.optional(),
      extensions: z
        .array(
          z.strictObject({
            type: z.enum(['hbh', 'dst', 'rt', 'frag']),
            id: u32.optional(),
            from: u16.optional(),
            to: u16.optional(),
            more: z.boolean().optional(),
            rtype: u8.optional(),
            segleft: u8.optional(),
          }),
        )
        .optional(),
    })
    .optional(),
  arp: z
    .strictObject({
      operation: z.enum(['request', 'reply']).optional(),
      'saddr ether': z.string(),
      'saddr ip': z.string(),
      'daddr ether': z.string().optional(),
      'daddr ip': z.string(),
    })
    .optional(),
  tcp: z
    .strictObject({
      sport: u16,
      dport: u16,
      flags: tcpFlags.optional(),
      sequence: u32.optional(),
      ackseq: u32.optional(),
      window: u16.optional(),
      checksum: u16.optional(),
      urgptr: u16.optional(),
      options: hex.optional(),
    })
    .optional(),
  udp: z
    .strictObject({ sport: u16, dport: u16, length: u16.optional(), checksum: u16.optional() })
    .optional(),
  udplite: z
    .strictObject({ sport: u16, dport: u16, length: u16.optional(), checksum: u16.optional() })
    .optional(),
  icmp: z
    .strictObject({
      type: protocol,
      code: u8.optional(),
      id: u16.optional(),
      sequence: u16.optional(),
      mtu: u16.optional(),
      gateway: z.string().optional(),
      checksum: u16.optional(),
    })
    .optional(),
  icmpv6: z
    .strictObject({
      type: protocol,
      code: u8.optional(),
      id: u16.optional(),
      sequence: u16.optional(),
      mtu: u32.optional(),
      'parameter-problem': u32.optional(),
      checksum: u16.optional(),
    })
    .optional(),
  sctp: z
    .strictObject({ sport: u16, dport: u16, vtag: u32.optional(), checksum: u32.optional() })
    .optional(),
  esp: z.strictObject({ spi: u32, sequence: u32.optional() }).optional(),
  ah: z.strictObject({ spi: u32, sequence: u32.optional(), nexthdr: u8.optional() }).optional(),
  payload: bytes.optional(),
};

const ipSchema = z.strictObject({
  saddr: z.string(),
  daddr: z.string(),
  ttl: u8.optional(),
  dscp: integer(63).optional(),
  ecn: integer(3).optional(),
  id: u16.optional(),
  df: z.boolean().optional(),
  length: u16.optional(),
  checksum: u16.optional(),
  protocol: protocol.optional(),
  options: hex.optional(),
  fragment: z
    .strictObject({ from: u16.optional(), to: u16.optional(), more: z.boolean().optional() })
    .optional(),
});

// ── Expectations ───────────────────────────────────────────────────────────────────────────────

export const packetExpectSchema = z.strictObject({
  verdict: z.enum(['forwarded', 'delivered', 'dropped', 'refused', 'answered', 'sent']).optional(),
  oif: z.union([z.string(), z.array(z.string())]).optional(),
  path: z.enum(['slow', 'fast', 'hardware']).optional(),
  /** The rule that decided: `table chain handle N`, its comment, or `policy`. */
  rule: z.string().optional(),
  frame: hex.optional(),
});

const counts = z.strictObject({
  packets: z.int().min(0).optional(),
  bytes: z.int().min(0).optional(),
});

export const endExpectSchema = z.strictObject({
  /** By `family table chain handle N`, `family table chain "comment"` or `family table counter NAME`. */
  counters: z.record(z.string(), z.union([z.int().min(0), counts])).optional(),
  /** Lines (or parts of lines, in order) of `conntrack -L`. */
  conntrack: z.array(z.string()).optional(),
  /** How many entries there are at all. */
  entries: z.int().min(0).optional(),
  /** Parts of lines whose entries are [OFFLOAD] or [HW_OFFLOAD], and that are not. */
  offloaded: z.array(z.string()).optional(),
  notOffloaded: z.array(z.string()).optional(),
});

// ── Events and cases ───────────────────────────────────────────────────────────────────────────

export const eventSchema = z.strictObject({
  time: z.number().min(0).optional(),
  about: z.string().optional(),
  iif: z.string().optional(),
  ...packetFields,
  ip: z.union([z.string(), ipSchema]).optional(),
  nft: z.string().optional(),
  conntrack: z.string().optional(),
  sysctl: z.record(z.string(), text).optional(),
  link: z.strictObject({ dev: z.string(), state: z.enum(['up', 'down']) }).optional(),
  snapshot: z.string().min(1).optional(),
  /** By kind of event: packetExpectSchema, or endExpectSchema for a snapshot. */
  expect: z.unknown().optional(),
});

export const caseSchema = z.strictObject({
  about: z.string().optional(),
  ruleset: z.string().optional(),
  monitor: z.boolean().optional(),
  env: z.union([z.string(), envSchema]).optional(),
  events: z.array(z.unknown()).optional(),
  expect: endExpectSchema.optional(),
});

export type Env = z.output<typeof envSchema>;
export type Link = z.output<typeof linkSchema>;
export type Event = z.output<typeof eventSchema>;
export type PacketExpect = z.output<typeof packetExpectSchema>;
export type EndExpect = z.output<typeof endExpectSchema>;
export type CaseHead = z.output<typeof caseSchema>;
