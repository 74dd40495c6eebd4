/** Encapsulating security payload: `esp spi`. */
import { integer } from '../type/integer.ts';
import { headerRow } from './header.ts';

export const esp = headerRow({
  name: 'esp',
  layer: 'th',
  numbers: { l4proto: [50] },
  fields: {
    spi: [0, 32, integer],
    sequence: [32, 32, integer],
  },
});
