/** What `log` writes of a packet: `flags tcp sequence,options`, `flags all`. */
import type { Choice } from '../../parser/ast.ts';
import { member } from '../../parser/json/reader.ts';
import type { JsonStatements } from '../../parser/json/statement.ts';
import type { JsonValue } from '../../parser/json/text.ts';
import { manyOf } from '../check/arg.ts';

/** NF_LOG_*: bit, JSON's name, the kernel's name. */
export const FLAGS = {
  tcpSequence: [0x01, 'tcp sequence', 'tcpseq'],
  tcpOptions: [0x02, 'tcp options', 'tcpopt'],
  ipOptions: [0x04, 'ip options', 'ipopt'],
  skuid: [0x08, 'skuid', 'uid'],
  ether: [0x20, 'ether', 'macdecode'],
} as const;
export const ALL = Object.values(FLAGS).reduce((sum, [bit]) => sum | bit, 0);

export function flagsOf(written: readonly Choice[]): number {
  let flags = 0;
  for (const { which, args } of written) {
    if (which === 'tcp') {
      for (const { text } of manyOf(args, 'flags')) {
        flags |= text === 'sequence' ? FLAGS.tcpSequence[0] : FLAGS.tcpOptions[0];
      }
    } else if (which === 'ip') flags |= FLAGS.ipOptions[0];
    else flags |= which === 'all' ? ALL : FLAGS[which as 'skuid' | 'ether'][0];
  }
  return flags;
}

/** ` flags tcp sequence flags skuid`, or nothing. */
export function flagsText(flags: number): string {
  if (flags === ALL) return ' flags all';
  let text = '';
  const tcp = [
    flags & FLAGS.tcpSequence[0] ? ['sequence'] : [],
    flags & FLAGS.tcpOptions[0] ? ['options'] : [],
  ].flat();
  if (tcp.length) text += ` flags tcp ${tcp.join(',')}`;
  if (flags & FLAGS.ipOptions[0]) text += ' flags ip options';
  if (flags & FLAGS.skuid[0]) text += ' flags skuid';
  if (flags & FLAGS.ether[0]) text += ' flags ether';
  return text;
}

const ALL_NAME = 'all';
const JSON_NAMES = [...Object.values(FLAGS).map(([, name]) => name), ALL_NAME];

/** The flags as they stand in the phrase. */
export function flagsFromJson(value: JsonValue, from: JsonStatements): Choice[] | undefined {
  const written = member(value, 'flags', 'any');
  const names = written === undefined ? [] : from.flags(written, 'log', JSON_NAMES);
  return names?.map((name) => {
    const [layer = name, flag] = name.split(' ');
    return from.choice(layer, layer === 'tcp' && flag ? { flags: [from.word(flag)] } : {});
  });
}
