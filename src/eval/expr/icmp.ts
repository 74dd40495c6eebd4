/** ICMP: `icmp type`. The words after the checksum mean something in some messages only. */
import { icmpCode, icmpType } from '../type/icmp.ts';
import { integer } from '../type/integer.ts';
import { headerRow } from './header.ts';

const ECHO = { messages: [8, 0] };
const UNREACHABLE = { messages: [3] };
const REDIRECT = { messages: [5] };

export const icmp = headerRow({
  name: 'icmp',
  layer: 'th',
  numbers: { l4proto: [1] },
  network: 'ip',
  message: ['icmp', 'field', 'type'],
  answers: { 0: 8 },
  checksum: { type: 1, at: 2 },
  fields: {
    type: [0, 8, icmpType],
    code: [8, 8, icmpCode],
    checksum: [16, 16, integer],
    id: [32, 16, integer, ECHO],
    sequence: [48, 16, integer, ECHO],
    gateway: [32, 32, integer, REDIRECT],
    mtu: [48, 16, integer, UNREACHABLE],
  },
});
