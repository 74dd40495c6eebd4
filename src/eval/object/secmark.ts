/** Named security marks. Mirrors nft_meta.c (nft_secmark_obj). */
import { str } from '../../parser/phrase.ts';
import { wordOf } from '../check/arg.ts';
import type { ObjectRow } from './row.ts';

export type SecmarkArgs = { readonly context: string };

export const secmark: ObjectRow<SecmarkArgs> = {
  row: 'object',
  name: 'secmark',
  plural: 'secmarks',
  id: 8,
  bare: true,
  lines: [[str('context')]],
  check: (args) => ({ context: wordOf(args, 'context')?.text ?? '' }),
  list: ({ context }) => [`"${context}"`],
  json: ({ context }) => ({ context }),
  fromJson: {
    list: ['name', 'plural'],
    read: (value, from) => from.parts(value, { context: 'string' }),
  },
  /** No security module runs that would know the context; an empty one is no attribute. */
  refuses: ({ context }) => (context === '' ? 'ERANGE' : 'ENOENT'),
  bytecode: ({ context }) => `secmark context ${context}`,
};
