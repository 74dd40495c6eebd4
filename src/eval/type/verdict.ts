/** Verdicts: the data of verdict maps. */
import { numeric } from './define.ts';
import type { ValueType } from './value-type.ts';

export const verdict: ValueType = numeric({
  name: 'verdict',
  description: 'netfilter verdict',
  id: 1,
  bits: 32,
});
