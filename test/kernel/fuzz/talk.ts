/** What conversations are made of: sides, what they send, and what came of it. */
import type { Fields } from './packet.ts';
import type { Egress, Path } from './path.ts';
import type { Random } from './random.ts';

/** A packet to send; afterwards what left. */
export type Conversation = Generator<Fields, void, readonly Egress[]>;

export type Side = 'near' | 'far';

export interface Talk {
  readonly r: Random;
  readonly path: Path;
  /** The ruleset's text. */
  readonly rules: string;
}

/** Sends from a side; what the near side sends shows the path its translation. Returns what left. */
export function* send(
  { path }: Talk,
  side: Side,
  fields: Fields,
): Generator<Fields, readonly Egress[], readonly Egress[]> {
  const egress = yield fields;
  if (side === 'near') path.learn(egress);
  return egress;
}

export const other = (side: Side): Side => (side === 'near' ? 'far' : 'near');
