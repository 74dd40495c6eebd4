/** SCTP: `sctp dport`, and its chunks: `sctp chunk data tsn`. */
import { inetService } from '../type/inet.ts';
import { integer } from '../type/integer.ts';
import { type HeaderSpec, headerRow } from './header.ts';
import { type OptionField, optionFields, withOptions } from './option.ts';

const spec: HeaderSpec = {
  name: 'sctp',
  layer: 'th',
  numbers: { l4proto: [132] },
  checksum: { type: 2, at: 8 },
  fields: {
    sport: [0, 16, inetService],
    dport: [16, 16, inetService],
    vtag: [32, 32, integer],
    checksum: [64, 32, integer],
  },
};

const fields = (...more: OptionField[]) =>
  optionFields([
    ['type', 0, 8, integer],
    ['flags', 8, 8, integer],
    ['length', 16, 16, integer],
    ...more,
  ]);

const init = fields(
  ['init-tag', 32, 32, integer],
  ['a-rwnd', 64, 32, integer],
  ['num-outbound-streams', 96, 16, integer],
  ['num-inbound-streams', 112, 16, integer],
  ['initial-tsn', 128, 32, integer],
);

export const sctp = headerRow(spec, (_, header) =>
  withOptions(header, {
    op: 'sctp',
    word: 'chunk',
    options: {
      data: {
        number: 0,
        fields: fields(
          ['tsn', 32, 32, integer],
          ['stream', 64, 16, integer],
          ['ssn', 80, 16, integer],
          ['ppid', 96, 32, integer],
        ),
      },
      init: { number: 1, fields: init },
      'init-ack': { number: 2, fields: init },
      sack: {
        number: 3,
        fields: fields(
          ['cum-tsn-ack', 32, 32, integer],
          ['a-rwnd', 64, 32, integer],
          ['num-gap-ack-blocks', 96, 16, integer],
          ['num-dup-tsns', 112, 16, integer],
        ),
      },
      heartbeat: { number: 4, fields: fields() },
      'heartbeat-ack': { number: 5, fields: fields() },
      abort: { number: 6, fields: fields() },
      shutdown: { number: 7, fields: fields(['cum-tsn-ack', 32, 32, integer]) },
      'shutdown-ack': { number: 8, fields: fields() },
      error: { number: 9, fields: fields() },
      'cookie-echo': { number: 10, fields: fields() },
      'cookie-ack': { number: 11, fields: fields() },
      ecne: { number: 12, fields: fields(['lowest-tsn', 32, 32, integer]) },
      cwr: { number: 13, fields: fields(['lowest-tsn', 32, 32, integer]) },
      'shutdown-complete': { number: 14, fields: fields() },
      'asconf-ack': { number: 128, fields: fields(['seqno', 32, 32, integer]) },
      'forward-tsn': { number: 192, fields: fields(['new-cum-tsn', 32, 32, integer]) },
      asconf: { number: 193, fields: fields(['seqno', 32, 32, integer]) },
    },
  }),
);
