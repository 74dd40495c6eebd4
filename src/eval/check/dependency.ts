/**
 * What must be known of a packet before a header can be read, and the matches that make it known.
 *
 * `tcp dport 22` implies `meta l4proto tcp`, `ip saddr` in the inet family `meta nfproto ipv4`.
 * Mirrors payload_gen_dependency and resolve_protocol_conflict of nft.
 */
import type { Span } from '../../parser/ast.ts';
import { anyNetwork, bridgedNetwork, frame } from '../expr/family.ts';
import type { Known, KnownProtocols } from './known.ts';
import type { Layer, Protocol } from './protocol.ts';

/** How a dependency reports and adds what it takes. */
export interface DependencyContext {
  readonly known: KnownProtocols;
  /** Whether this is a bridge's frame, or one inside a tunnel. */
  readonly bridged: boolean;
  protocolNamed(name: string): Protocol;
  /** Adds the match `by == number`, and lets `known` learn it. */
  implyEqual(
    by: readonly [string, string, string],
    numbers: readonly number[],
    span: Span,
  ): boolean;
  /** What is implied meanwhile may contradict earlier matches of the same bytes. */
  despite(implying: () => boolean): boolean;
  /** The same of what says which message it is. */
  implyMessage: DependencyContext['implyEqual'];
  error(message: string, span: Span): undefined;
}

const LAYER_WORDS: Readonly<Record<Layer, string>> = {
  ll: 'link layer',
  nh: 'network layer',
  th: 'transport layer',
  ih: 'payload data',
  tun: 'payload data',
};

/** The bits that the header lies behind the start of its layer; undefined after errors. */
export function need(protocol: Protocol, span: Span, ctx: DependencyContext): number | undefined {
  const { layer } = protocol;
  if (layer === 'tun') return needOver(protocol, span, ctx);
  const known = ctx.known.at(layer);
  if (!known) {
    if (!generate(protocol, span, ctx)) return undefined;
    if (layer === 'll') return need(protocol, span, ctx);
    ctx.known.take(protocol);
    return ctx.known.at(layer)?.shift ?? 0;
  }
  if (layer === 'th' && known.among.length > 1) {
    const other = known.among.find((p) => p !== protocol)!;
    return ctx.error(`conflicting protocols specified: ${other.name} vs. ${protocol.name}`, span);
  }
  if (known.protocol === protocol) return known.shift;
  return resolve(protocol, known, span, ctx);
}

/** A header inside a transport protocol which must have been matched. */
function needOver(protocol: Protocol, span: Span, ctx: DependencyContext): number | undefined {
  const transport = ctx.known.at('th')?.protocol;
  if (!transport) return ctx.error('no transport protocol specified', span);
  if (transport.name === protocol.over) return 0;
  return ctx.error(`unexpected transport protocol ${transport.name}`, span);
}

/** Another protocol is known at the layer: a header of its own layer may carry the one needed. */
function resolve(
  protocol: Protocol,
  known: Known,
  span: Span,
  ctx: DependencyContext,
): number | undefined {
  if (known.protocol.virtual) {
    if (!implyFrame(span, ctx)) return undefined;
    return need(protocol, span, ctx);
  }
  if (ctx.known.isStacked(protocol)) return 0;
  const { carries } = known.protocol;
  const numbers = carries && protocol.numbers[carries.numbering];
  if (protocol.layer === 'll' && carries && numbers && known.protocol.bits !== undefined) {
    if (!ctx.implyEqual(carries.by, numbers.slice(0, 1), span)) return undefined;
    return ctx.known.at(protocol.layer)?.shift;
  }
  const layer = LAYER_WORDS[protocol.layer];
  const pair = `${known.protocol.name} vs. ${protocol.name}`;
  return ctx.error(`conflicting ${layer} protocols specified: ${pair}`, span);
}

function implyFrame(span: Span, ctx: DependencyContext): boolean {
  return ctx.implyEqual(frame.by, frame.protocol.numbers.arphrd ?? [], span);
}

/** Nothing is known at the layer: what the layer below says of it is compared. */
function generate(protocol: Protocol, span: Span, ctx: DependencyContext): boolean {
  if (protocol.layer === 'll') return implyFrame(span, ctx);
  const below = protocol.layer === 'th' ? transportParent(protocol, span, ctx) : linkParent(ctx);
  if (!below) return false;
  const bridged = ctx.bridged && below === frame.protocol && protocol.numbers.nfproto;
  return implyNext(bridged ? bridgedNetwork : below, protocol, span, ctx);
}

const linkParent = (ctx: DependencyContext): Protocol | undefined => ctx.known.at('ll')?.protocol;

/** ICMP and the like name their network protocol first; others go with any. */
function transportParent(
  protocol: Protocol,
  span: Span,
  ctx: DependencyContext,
): Protocol | undefined {
  const network = ctx.known.at('nh')?.protocol;
  if (network) return network;
  if (protocol.network === undefined) return anyNetwork;
  const wanted = ctx.protocolNamed(protocol.network);
  const link = linkParent(ctx);
  if (link && ctx.despite(() => implyNext(link, wanted, span, ctx))) return wanted;
  const what = 'no network layer protocol specified';
  return ctx.error(`ambiguous payload specification: ${what}`, span);
}

/** `below` carries `protocol`: the match that says so. */
function implyNext(
  below: Protocol,
  protocol: Protocol,
  span: Span,
  ctx: DependencyContext,
): boolean {
  const numbers = below.carries && protocol.numbers[below.carries.numbering];
  if (below.carries && numbers) return ctx.implyEqual(below.carries.by, numbers.slice(0, 1), span);
  ctx.error(`conflicting protocols specified: ${below.name} vs. ${protocol.name}`, span);
  return false;
}

/** The network protocol that an extension of its header belongs to. */
export function needNetwork(name: string, span: Span, ctx: DependencyContext): boolean {
  const known = ctx.known.at('nh')?.protocol;
  if (known) {
    if (known.name === name) return true;
    ctx.error(`cannot use exthdr with ${known.name}`, span);
    return false;
  }
  const link = linkParent(ctx);
  return link !== undefined && implyNext(link, ctx.protocolNamed(name), span, ctx);
}

/** One of these messages, which the fields behind the common ones depend on. */
export function needMessage(
  protocol: Protocol,
  messages: readonly number[],
  span: Span,
  ctx: DependencyContext,
): boolean {
  const known = ctx.known.message(protocol);
  if (known !== undefined) {
    if (messages.includes(known)) return true;
    const what = `rule has ${known}, need ${messages[0]}`;
    ctx.error(`incompatible icmp match: ${what}`, span);
    return false;
  }
  return protocol.message !== undefined && ctx.implyMessage(protocol.message, messages, span);
}
