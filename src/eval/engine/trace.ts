/**
 * `nft monitor trace`: what happens to traced packets, line by line.
 *
 * Rules print as they were when the monitor started; one that came later has no text. Mirrors
 * nft_trace_notify of nf_tables_trace.c and netlink_events_trace_cb of nft.
 */
import { NETDEV_EGRESS } from '../../datapath/hooks.ts';
import { jhash2 } from '../../datapath/jhash.ts';
import {
  EVENT,
  FLAG_LOCAL,
  FLAGS,
  HOOK,
  IIF,
  MARK,
  NFPROTO_NETDEV,
  NFTRACE,
  OIF,
  type Packet,
  PF,
  SKB_IIF,
  VLAN_TCI,
} from '../../datapath/packet.ts';
import { ruleLine } from '../list/chain.ts';
import { listingFor } from '../list/listing.ts';
import type { Chain, Rule, Ruleset } from '../ruleset/store.ts';
import type { NameScope } from '../type/index.ts';
import { mark } from '../type/integer.ts';
import type { Tracer } from './step.ts';
import { headersText } from './trace-packet.ts';
import {
  NF_ACCEPT,
  NF_DROP,
  NF_QUEUE,
  NF_STOLEN,
  NF_VERDICT_MASK,
  NFT_CONTINUE,
  NFT_GOTO,
  NFT_JUMP,
  NFT_RETURN,
} from './verdict.ts';

const WORDS: Readonly<Record<number, string>> = {
  [NF_ACCEPT]: 'accept',
  [NF_DROP]: 'drop',
  [NF_STOLEN]: 'stolen',
  [NF_QUEUE]: 'queue',
  [NFT_CONTINUE]: 'continue',
  [NFT_JUMP]: 'jump',
  [NFT_GOTO]: 'goto',
  [NFT_RETURN]: 'return',
};

/** Where a packet is while a base chain runs; chains nest where a rule sends packets. */
interface Walk {
  readonly base: Chain;
  /** The packet's trace flag as the kernel last looked at it. */
  traced: boolean;
  dumped: boolean;
}

export class TraceMonitor implements Tracer {
  private readonly tell: (line: string) => void;
  private readonly names: NameScope;
  /** Texts of the rules by `family table handle`. */
  private readonly texts = new Map<string, string>();
  private readonly walks: Walk[] = [];

  /** `tell` gets every line as it comes. */
  constructor(ruleset: Ruleset, names: NameScope, tell: (line: string) => void) {
    this.tell = tell;
    this.names = names;
    for (const table of ruleset.tables.values()) {
      const listing = listingFor(table.family, names, {});
      for (const chain of table.chains.values()) {
        for (const rule of chain.rules) this.texts.set(keyOf(rule), ruleLine(rule, listing));
      }
    }
  }

  begin(p: Packet, base: Chain): void {
    this.walks.push({ base, traced: isTraced(p), dumped: false });
  }

  broke(p: Packet): void {
    this.walk.traced = isTraced(p);
  }

  rule(p: Packet, chain: Chain, rule: Rule, verdict: number, target?: Chain): void {
    const { walk } = this;
    const stolen = (verdict & NF_VERDICT_MASK) === NF_STOLEN && verdict >= 0;
    if (!stolen) walk.traced = isTraced(p);
    this.ruleLine(p, chain, rule, verdict, target, stolen);
    if (verdict >= 0) this.walks.pop();
  }

  end(p: Packet, chain: Chain, rule: Rule | undefined, verdict: number): void {
    if (rule) this.ruleLine(p, chain, rule, verdict, undefined, false);
    else if (this.walk.traced) this.dump(p, chain);
  }

  policy(p: Packet, base: Chain, policy: number): void {
    this.walk.traced = isTraced(p);
    if (this.walk.traced) {
      this.dump(p, base);
      this.tell(`${head(p, base)}policy ${WORDS[policy]} ${markText(p, this.names)}`);
    }
    this.walks.pop();
  }

  private get walk(): Walk {
    return this.walks.at(-1)!;
  }

  private ruleLine(
    p: Packet,
    chain: Chain,
    rule: Rule,
    verdict: number,
    target: Chain | undefined,
    stolen: boolean,
  ): void {
    if (!this.walk.traced) return;
    if (!stolen) this.dump(p, chain);
    const known = this.texts.get(keyOf(rule));
    const text = known === undefined ? `unknown rule handle ${rule.handle}` : `rule ${known}`;
    const word = WORDS[verdict < 0 ? verdict : verdict & NF_VERDICT_MASK];
    const jumps = verdict === NFT_JUMP || verdict === NFT_GOTO;
    this.tell(`${head(p, chain)}${text} (verdict ${word}${jumps ? ` ${target?.name}` : ''})`);
  }

  /** The packet's own line, once a base chain. */
  private dump(p: Packet, chain: Chain): void {
    if (this.walk.dumped) return;
    this.walk.dumped = true;
    const device = (word: string, slot: number) => {
      const name = p.m[slot] === 0 ? undefined : this.names.ifname(p.m[slot]!);
      return name === undefined ? '' : `${word} "${name}" `;
    };
    const headers = headersText(p, chain.table.family, this.names);
    this.tell(`${head(p, chain)}packet: ${device('iif', IIF)}${device('oif', OIF)}${headers}`);
  }
}

/**
 * Marked, and fit to be told of: at egress the frame stands at its link header, behind which
 * nf_trace_fill_ll_header looks for it where there is a tag beside the bytes; then nothing is told.
 */
const isTraced = ({ m }: Packet): boolean =>
  m[NFTRACE] !== 0 && !(m[VLAN_TCI] !== 0 && m[PF] === NFPROTO_NETDEV && m[HOOK] === NETDEV_EGRESS);

const keyOf = ({ chain, handle }: Rule): string =>
  `${chain.table.family} ${chain.table.name} ${handle}`;

/** `trace id 3f0e1c22 ip filter forward `; the id is one for a packet on one device. */
function head(p: Packet, chain: Chain): string {
  const id = jhash2([p.m[EVENT]!, p.m[SKB_IIF]!, p.m[FLAGS]! & FLAG_LOCAL], 0);
  const { family, name } = chain.table;
  return `trace id ${id.toString(16).padStart(8, '0')} ${family} ${name} ${chain.name} `;
}

const markText = (p: Packet, names: NameScope): string =>
  p.m[MARK] === 0 ? '' : `meta mark ${mark.print(BigInt(p.m[MARK]! >>> 0), 32, names, {})} `;
