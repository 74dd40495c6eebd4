/**
 * What a protocol is to the checker: its layer, its numbers, how it names what it carries.
 *
 * Owns the shapes; header rows (expr/) fill them. Mirrors struct proto_desc of nft.
 */

/** A protocol layer: link, network, transport, behind transport, tunnel. */
export type Layer = 'll' | 'nh' | 'th' | 'ih' | 'tun';

/** A space of numbers in which protocols are named. */
export type Numbering = 'arphrd' | 'ethertype' | 'nfproto' | 'l4proto';

export interface Protocol {
  /** The leading word of its fields, also its name in messages. */
  readonly name: string;
  readonly layer: Layer;
  /** Its numbers, the one that a dependency compares with first. */
  readonly numbers: Readonly<Partial<Record<Numbering, readonly number[]>>>;
  /** How it says what it carries: the numbering, and the selector that a dependency compares. */
  readonly carries?: Carries;
  /** Length of its header, for headers after which another one of the same layer follows. */
  readonly bits?: number;
  /** Stands for a family's outermost layer, which no header of that layer describes. */
  readonly virtual?: true;
  /** Messages belong to one network protocol (ICMP to IPv4), which is then required as well. */
  readonly network?: string;
  /** The selector of the field that says which message it is: `icmp`, `field`, `type`. */
  readonly message?: readonly [word: string, argument: string, value: string];
  /** Messages that count as the ones that they answer. */
  readonly answers?: Readonly<Record<number, number>>;
  /** It carries packets that expressions may look into. */
  readonly carrier?: true;
  /** A tunnel over this transport protocol, which must be known before. */
  readonly over?: string;
}

export interface Carries {
  readonly numbering: Numbering;
  /** Leading word, name of its argument, and the argument: `meta`, `key`, `l4proto`. */
  readonly by: readonly [word: string, argument: string, value: string];
}

/** What a value names: a protocol in a numbering; `layer` where an unknown number says something. */
export interface Naming {
  readonly numbering: Numbering;
  readonly layer?: Layer;
  /** Says something only where the protocol of this layer is known. */
  readonly above?: Layer;
  /** Any match of what the protocol carries makes a match of it redundant, whatever that is; unknown numbers say nothing. */
  readonly yields?: true;
}

/** A header that carries another packet. Mirrors struct proto_desc.inner. */
export interface Tunnel {
  readonly name: string;
  /** The kernel's NFT_INNER_*. */
  readonly type: number;
  /** Bytes of the tunnel's own header. */
  readonly headerSize: number;
  /** NFT_INNER_HDRSIZE 1, LL 2, NH 4, TH 8. */
  readonly flags: number;
}

const INNER_LL = 2;

export const carriesFrames = (tunnel: Tunnel): boolean => (tunnel.flags & INNER_LL) !== 0;
