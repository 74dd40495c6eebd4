/**
 * The protocols known so far in a rule, layer by layer.
 *
 * Owns what equality with a protocol's number says, headers stacked behind one another (VLAN tags),
 * and which ICMP message it is. Mirrors struct proto_ctx of nft.
 */
import type { Span } from '../../parser/ast.ts';
import type { Expr, Load } from '../checked.ts';
import type { Layer, Naming, Numbering, Protocol } from './protocol.ts';

export const UNKNOWN = 'unknown';

export interface Known {
  readonly protocol: Protocol;
  /** Bits from the start of the layer to the header. */
  readonly shift: number;
  /** All that matches have said it is: more than one after a comparison with a set. */
  readonly among: readonly Protocol[];
  /** What said it. */
  readonly span?: Span | undefined;
}

const NOBODY: readonly Protocol[] = [];

export class KnownProtocols {
  private readonly layers: Partial<Record<Layer, Known>> = {};
  /** Link-layer headers in front of the one that is known. */
  private stacked = NOBODY;
  /** The ICMP message, by protocol name. */
  private messages: ReadonlyMap<string, number> | undefined;
  private readonly table: ProtocolTable;
  private readonly outermost: Protocol;

  constructor(outermost: Protocol, table: ProtocolTable) {
    this.table = table;
    this.outermost = outermost;
    this.layers[outermost.layer] = { protocol: outermost, shift: 0, among: NOBODY };
  }

  at(layer: Layer): Known | undefined {
    return this.layers[layer];
  }

  /** A header that lies before the one known at its layer. */
  isStacked(protocol: Protocol): boolean {
    return this.stacked.includes(protocol);
  }

  /** The header that bits of a layer belong to, and where it begins; of tags, as nft finds it. */
  headerAt(layer: Layer, offset: number): Pick<Known, 'protocol' | 'shift'> | undefined {
    const known = this.layers[layer];
    if (layer !== 'll' || !known) return known;
    const { protocol } = known;
    if (offset < (protocol.bits ?? 0)) return { protocol, shift: 0 };
    let start = 0;
    for (const header of this.stacked) {
      const { bits = 0 } = header;
      if (offset < start + bits) return { protocol: header, shift: start };
      start += bits;
    }
    return known;
  }

  message(protocol: Protocol): number | undefined {
    return this.messages?.get(protocol.name);
  }

  /**
   * Takes in that `left` equals `right`: a constant, or any of a set of them; said at `span`. Whether
   * that could say anything of a protocol, whatever the constants.
   */
  learn(left: Expr, right: Expr, span?: Span): boolean {
    if (left.kind !== 'load' || !tells(left)) return false;
    if (right.kind === 'setref') this.unlearn(left, span);
    else if (right.kind === 'value') this.learnOne(left, right.value, span);
    else for (const value of constants(right)) this.learnOne(left, value, span);
    return true;
  }

  /** Of a set that the table has nft knows no elements: what metadata say then is no protocol it knows. */
  private unlearn(load: Load, span: Span | undefined): void {
    const naming = load.row.names?.(load);
    if (!load.row.protocol && !naming?.yields && !naming?.above) this.learnOne(load, 0n, span);
  }

  private learnOne(load: Load, value: bigint, span: Span | undefined): void {
    const own = load.row.protocol;
    if (own && isMessage(load)) {
      const message = own.answers?.[Number(value)] ?? Number(value);
      this.messages = new Map([...(this.messages ?? []), [own.name, message]]);
    }
    const naming = load.row.names?.(load);
    if (!naming) return;
    if (own === undefined && !this.canLearn(naming)) return;
    if (naming.above && !this.at(naming.above)) return;
    const found = protocolOf(this.table, naming.numbering, value);
    if (found && own && found.layer === own.layer) this.push(own, found);
    else if (found) this.set(own ? found.layer : (naming.layer ?? found.layer), found, span);
    else if (naming.layer && !naming.yields) this.set(naming.layer, unknownAt(naming.layer), span);
  }

  /** What metadata say of a layer counts where the family's hooks do not know it by themselves. */
  private canLearn(naming: Naming): boolean {
    if (naming.layer === 'nh') {
      // What connections say is looked up in the frame that is known by now.
      const below = naming.yields ? this.at('ll')?.protocol : this.outermost;
      return naming.numbering === below?.carries?.numbering;
    }
    return (
      naming.layer !== 'll' || this.outermost.layer !== 'll' || this.outermost.virtual === true
    );
  }

  /** Of the protocols that share the number that was matched it is this one (`gretap`). */
  take(protocol: Protocol): void {
    const known = this.layers[protocol.layer];
    if (known?.protocol.name === protocol.name) return;
    this.layers[protocol.layer] = { shift: 0, ...known, protocol, among: [protocol] };
  }

  private set(layer: Layer, protocol: Protocol, span: Span | undefined): void {
    const before = this.layers[layer];
    const said = before?.among ?? NOBODY;
    const among = said.includes(protocol) ? said : [...said, protocol];
    this.layers[layer] = { protocol, shift: before?.shift ?? 0, among, span };
  }

  /** Another header of the same layer follows this one. */
  private push(own: Protocol, next: Protocol): void {
    const shift = (this.layers[own.layer]?.shift ?? 0) + (own.bits ?? 0);
    if (own.layer === 'll') this.stacked = [...this.stacked, own];
    const said = own.layer === 'th' ? (this.layers.th?.among ?? NOBODY) : NOBODY;
    this.layers[own.layer] = { protocol: next, shift, among: [...said, next] };
  }
}

/** Whether it is the field that says which message it is. */
const isMessage = ({ row, args }: Load): boolean =>
  row.protocol?.message !== undefined && args.field === row.protocol.message[2];

const tells = (load: Load): boolean => isMessage(load) || load.row.names?.(load) !== undefined;

const unknownAt = (layer: Layer): Protocol => ({ name: UNKNOWN, layer, numbers: {} });

/** Protocols by their numbers; the first of several that share one. */
export type ProtocolTable = ReadonlyMap<Numbering, ReadonlyMap<number, Protocol>>;

export function protocolsByNumber(protocols: Iterable<Protocol>): ProtocolTable {
  const table = new Map<Numbering, Map<number, Protocol>>();
  for (const protocol of protocols) {
    for (const [key, numbers] of Object.entries(protocol.numbers)) {
      const numbering = key as Numbering;
      const row = table.get(numbering) ?? new Map<number, Protocol>();
      table.set(numbering, row);
      for (const number of numbers) if (!row.has(number)) row.set(number, protocol);
    }
  }
  return table;
}

export const protocolOf = (
  table: ProtocolTable,
  numbering: Numbering,
  value: bigint,
): Protocol | undefined => table.get(numbering)?.get(Number(value));

/** The constants of a set; ranges and names of sets stand for none. */
function constants(right: Expr): readonly bigint[] {
  if (right.kind !== 'set') return [];
  return right.elements.flatMap(({ key }) => (key.kind === 'value' ? [key.value] : []));
}
