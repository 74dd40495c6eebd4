/** DCCP: `dccp dport`, and its options by number: `dccp option 3 exists`. */
import { dccpPktType, inetService } from '../type/inet.ts';
import { type HeaderSpec, headerRow } from './header.ts';
import { withOptions } from './option.ts';

const spec: HeaderSpec = {
  name: 'dccp',
  layer: 'th',
  numbers: { l4proto: [33] },
  fields: {
    sport: [0, 16, inetService],
    dport: [16, 16, inetService],
    type: [67, 4, dccpPktType],
  },
};

export const dccp = headerRow(spec, (_, header) =>
  withOptions(header, { op: 'dccp', numbered: true, options: {} }),
);
