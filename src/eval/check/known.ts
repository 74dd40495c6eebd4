/**
 * The protocols known so far in a rule, layer by layer.
 *
 * Owns what equality with a protocol's number says, headers stacked behind one another (VLAN tags),
 * and which ICMP message it is. Mirrors struct proto_ctx of nft.
 */
import type { Span } from '../../parser/ast.ts';
import type { Expr, Load, Value } from '../checked.ts';
import type { Layer, Naming, Numbering, Protocol } from './protocol.ts';

export const UNKNOWN = 'unknown';

export interface Known {
  readonly protocol: Protocol;
  /** Bits from the start of the layer to the header. */
  readonly shift: number;
  /** All that matches have said it is: more than one after a comparison with a set. */
  readonly among: readonly Protocol[];
  /** What said it. */
  readonly span?: Span;
}

export class KnownProtocols {
  private readonly layers = new Map<Layer, Known>();
  /** Link-layer headers in front of the one that is known. */
  private readonly stacked: Protocol[] = [];
  /** The ICMP message, by protocol name. */
  private readonly messages = new Map<string, number>();
  private readonly byNumber: ReadonlyMap<string, Protocol>;
  private readonly outermost: Protocol;

  constructor(outermost: Protocol, byNumber: ReadonlyMap<string, Protocol>) {
    this.byNumber = byNumber;
    this.outermost = outermost;
    this.layers.set(outermost.layer, { protocol: outermost, shift: 0, among: [] });
  }

  at(layer: Layer): Known | undefined {
    return this.layers.get(layer);
  }

  /** A header that lies before the one known at its layer. */
  isStacked(protocol: Protocol): boolean {
    return this.stacked.includes(protocol);
  }

  message(protocol: Protocol): number | undefined {
    return this.messages.get(protocol.name);
  }

  /** Takes in that `left` equals `right`: a constant, or any of a set of them; said at `span`. */
  learn(left: Expr, right: Expr, span?: Span): void {
    if (left.kind !== 'load') return;
    for (const value of constants(right)) this.learnOne(left, value.value, span);
  }

  private learnOne(load: Load, value: bigint, span: Span | undefined): void {
    const own = load.row.protocol;
    const field = load.args.field;
    if (own?.message && field === own.message[2]) this.messages.set(own.name, Number(value));
    const naming = load.row.names?.(load);
    if (!naming) return;
    if (own === undefined && !this.canLearn(naming)) return;
    const found = this.find(naming.numbering, value);
    if (found && own && found.layer === own.layer) this.push(own, found);
    else if (found) this.set(found.layer, found, span);
    else if (naming.layer) this.set(naming.layer, unknownAt(naming.layer), span);
  }

  /** What metadata say of a layer counts where the family's hooks do not know it by themselves. */
  private canLearn(naming: Naming): boolean {
    if (naming.layer === 'nh') return naming.numbering === this.outermost.carries?.numbering;
    return (
      naming.layer !== 'll' || this.outermost.layer !== 'll' || this.outermost.virtual === true
    );
  }

  private find(numbering: Numbering, value: bigint): Protocol | undefined {
    return this.byNumber.get(numberKey(numbering, Number(value)));
  }

  private set(layer: Layer, protocol: Protocol, span: Span | undefined): void {
    const before = this.layers.get(layer);
    const others = before?.among.filter((p) => p !== protocol) ?? [];
    this.layers.set(layer, {
      protocol,
      shift: before?.shift ?? 0,
      among: [...others, protocol],
      ...(span && { span }),
    });
  }

  /** Another header of the same layer follows this one. */
  private push(own: Protocol, next: Protocol): void {
    const shift = (this.layers.get(own.layer)?.shift ?? 0) + (own.bits ?? 0);
    if (own.layer === 'll') this.stacked.push(own);
    this.layers.set(own.layer, { protocol: next, shift, among: [next] });
  }
}

const unknownAt = (layer: Layer): Protocol => ({ name: UNKNOWN, layer, numbers: {} });

const numberKey = (numbering: Numbering, number: number): string => `${numbering} ${number}`;

/** Protocols by their numbers; the first of several that share one. */
export function protocolsByNumber(protocols: Iterable<Protocol>): ReadonlyMap<string, Protocol> {
  const byNumber = new Map<string, Protocol>();
  for (const protocol of protocols) {
    for (const [numbering, numbers] of Object.entries(protocol.numbers)) {
      for (const number of numbers) {
        const key = numberKey(numbering as Numbering, number);
        if (!byNumber.has(key)) byNumber.set(key, protocol);
      }
    }
  }
  return byNumber;
}

/** The constants that a right side stands for; ranges and names of sets stand for none. */
function constants(right: Expr): readonly Value[] {
  if (right.kind === 'value') return [right];
  if (right.kind !== 'set') return [];
  return right.elements.flatMap(({ key }) => (key.kind === 'value' ? [key] : []));
}
