/** The protocols that there are, by number and by name, and what is known of them to begin with. */
import type { Family } from '../../parser/ast.ts';
import { familyProtocol } from '../expr/family.ts';
import { keyRows } from '../expr/index.ts';
import { KnownProtocols, protocolOf, protocolsByNumber } from './known.ts';
import type { Numbering, Protocol } from './protocol.ts';

const protocols = keyRows.flatMap((row) => (row.protocol ? [row.protocol] : []));

const table = protocolsByNumber(protocols);

/** The protocol that a number names. */
export const protocolNumbered = (numbering: Numbering, value: bigint): Protocol | undefined =>
  protocolOf(table, numbering, value);

export const protocolNamed = (name: string): Protocol =>
  protocols.find((protocol) => protocol.name === name)!;

/** Frames inside tunnels are told apart as those of bridges. */
const INSIDE: Family = 'bridge';

export const seesFrames = (family: Family): boolean => family === INSIDE;

/** What is known before the first match of a rule. */
export const startOf = (family: Family): KnownProtocols =>
  new KnownProtocols(familyProtocol[family], table);

/** What is known of a packet inside a tunnel. */
export const startInside = (): KnownProtocols => startOf(INSIDE);
