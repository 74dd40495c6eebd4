/** The protocols that there are, by number and by name, and what is known of them to begin with. */
import type { Family } from '../../parser/ast.ts';
import { familyProtocol } from '../expr/family.ts';
import { keyRows } from '../expr/index.ts';
import { KnownProtocols, protocolsByNumber } from './known.ts';
import type { Protocol } from './protocol.ts';

const protocols = keyRows.flatMap((row) => (row.protocol ? [row.protocol] : []));

/** By `numbering number`. */
export const protocolTable = protocolsByNumber(protocols);

export const protocolNamed = (name: string): Protocol =>
  protocols.find((protocol) => protocol.name === name)!;

/** Frames inside tunnels are told apart as those of bridges. */
const INSIDE: Family = 'bridge';

export const seesFrames = (family: Family): boolean => family === INSIDE;

/** What is known before the first match of a rule. */
export const startOf = (family: Family): KnownProtocols =>
  new KnownProtocols(familyProtocol[family], protocolTable);

/** What is known of a packet inside a tunnel. */
export const startInside = (): KnownProtocols => startOf(INSIDE);
