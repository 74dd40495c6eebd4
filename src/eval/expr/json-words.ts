/**
 * The words of JSON that say fields of many rows: `payload` those of headers, `exthdr` those of IPv6's
 * extension headers.
 */
import type { ExpressionForm } from '../../parser/json/form.ts';
import { READABLE } from '../../parser/json/form.ts';
import { member } from '../../parser/json/reader.ts';
import type { KeyRow } from '../row.ts';
import { exthdr } from './exthdr.ts';
import { raw } from './raw.ts';

const LAYERS = ['ll', 'nh', 'th', 'ih'];
const MAX_BITS = 512;

/** Rows that carry packets. */
const carries = (row: KeyRow): boolean =>
  row.phrase.some((item) => item.item === 'alt' && 'inside' in item.of);

const payload = (rows: readonly KeyRow[]): ExpressionForm => ({
  word: 'payload',
  contexts: [...READABLE, 'mangle'],
  read(value, from) {
    const base = member(value, 'base', 'string');
    const offset = member(value, 'offset', 'integer');
    const length = member(value, 'len', 'integer');
    if (base !== undefined && offset !== undefined && length !== undefined) {
      if (!LAYERS.includes(base)) return from.fail(`Invalid payload base '${base}'.`);
      if (length <= 0 || length > MAX_BITS) {
        return from.fail(`Payload length must be between 0 and ${MAX_BITS}, got ${length}`);
      }
      const args = { offset: from.number(offset), length: from.number(length) };
      return from.selector(raw.name, { layer: from.word(base), ...args });
    }
    const protocol = member(value, 'protocol', 'string');
    const field = member(value, 'field', 'string');
    if (protocol === undefined || field === undefined) {
      return from.fail('Invalid payload expression properties.');
    }
    const tunnel = member(value, 'tunnel', 'string');
    if (tunnel !== undefined && !rows.some((row) => row.name === tunnel && carries(row))) {
      return from.fail(`Unknown payload tunnel protocol '${tunnel}'.`);
    }
    const row = rows.find(({ name, jsonFields }) => name === protocol && jsonFields);
    if (!row?.jsonFields) return from.fail(`Unknown payload protocol '${protocol}'.`);
    if (!row.jsonFields.names.includes(field)) {
      return from.fail(`Unknown ${protocol} field '${field}'.`);
    }
    const selector = from.selector(row.name, row.jsonFields.args(field, from));
    if (tunnel === undefined || tunnel === protocol) return selector;
    return from.selector(tunnel, { what: from.choice('inside', { inside: selector }) });
  },
});

const extension = (rows: readonly KeyRow[]): ExpressionForm => ({
  word: 'exthdr',
  contexts: ['primary', 'setRhs', 'ses', 'map', 'concat'],
  read(value, from) {
    const of = from.unpack(value, { name: 'string' });
    if (!of) return undefined;
    const row = rows.find(({ name }) => name === of.name);
    if (!row?.jsonFields) return from.fail(`Invalid exthdr protocol '${of.name}'.`);
    const field = member(value, 'field', 'string');
    if (field === undefined) return from.selector(exthdr.name, { header: from.word(of.name) });
    if (!row.jsonFields.names.includes(field)) {
      return from.fail(`Unknown ${of.name} field ${field}.`);
    }
    return from.selector(row.name, row.jsonFields.args(field, from));
  },
});

/** `rows`: all words that read a value. */
export function sharedForms(rows: readonly KeyRow[]): readonly ExpressionForm[] {
  const saying = (word: string) => rows.filter(({ jsonFields }) => jsonFields?.word === word);
  return [payload(saying('payload').concat(rows.filter(carries))), extension(saying('exthdr'))];
}
