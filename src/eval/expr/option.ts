/**
 * Options and chunks of a header: `tcp option maxseg size`, `sctp chunk data tsn`.
 *
 * Owns their syntax and listing; they are loads of exthdr-load.ts. Mirrors tcpopt.c, ipopt.c,
 * sctp_chunk.c and dccpopt.c of nft.
 */
import type { Args, Choice, NumberWord, SelectorExpr, Word } from '../../parser/ast.ts';
import type { JsonExpressions } from '../../parser/json/expression.ts';
import type { KeyForm } from '../../parser/json/form.ts';
import { member } from '../../parser/json/reader.ts';
import type { JsonValue } from '../../parser/json/text.ts';
import { alt, kw, num, opt, type Phrase, word } from '../../parser/phrase.ts';
import { leading } from '../check/arg.ts';
import type { CheckContext } from '../check/context.ts';
import type { Protocol } from '../check/protocol.ts';
import type { Load } from '../checked.ts';
import type { KeyRow } from '../row.ts';
import { integer } from '../type/integer.ts';
import {
  type Exthdr,
  type ExthdrArgs,
  type ExthdrOp,
  exthdrArgs,
  exthdrFields,
  exthdrHooks,
  exthdrJson,
  type FieldRow,
  fieldLoad,
  headerLoad,
} from './exthdr-load.ts';
import type { PayloadRow } from './header.ts';

export type OptionField = FieldRow;
export const optionFields = exthdrFields;

export interface OptionSpec {
  readonly op: ExthdrOp;
  /** Absent: `option`. */
  readonly word?: string;
  /** By name, in nft's order. */
  readonly options: Readonly<Record<string, Exthdr>>;
  /** The network protocol that the options belong to. */
  readonly network?: string;
  /** Old releases of nft see to it that the header itself is there, where others find no option. */
  readonly tied?: Protocol;
  /** `tcp option @254,8,8` */
  readonly raw?: true;
  /** Values can be set. */
  readonly writable?: true;
  /** Options without a name stand by their number: `tcp option 6`. */
  readonly numbered?: true;
}

const MAX_NUMBER = 255;
/** The field that every option has, but those of one byte. */
const LENGTH = 'length';
/** Every option begins with its number. */
const KIND_BITS = 8;
/** What a TCP header can hold of options, in bits. */
const MAX_OPTION_BITS = 8 * (15 * 4 - 20 - 2);

/** The syntax and checks that options add to a header's row. */
export function withOptions(
  header: PayloadRow,
  spec: OptionSpec,
): Pick<KeyRow, 'phrase' | 'check' | 'fromJson' | 'jsonFields'> {
  const row = optionRow(header.name, spec);
  const { check } = header;
  return {
    phrase: [
      alt('what', {
        option: [kw(spec.word ?? 'option'), ...optionPhrase(spec)],
        field: header.phrase,
      }),
    ],
    fromJson: optionForm(row.name, spec),
    jsonFields: {
      word: 'payload',
      names: header.jsonFields!.names,
      args: (field, from) => ({
        what: from.choice('field', header.jsonFields!.args(field, from)),
      }),
    },
    check(args, node, ctx) {
      const what = args.what as Choice;
      if (what.which === 'field') return check(what.args, node, ctx);
      return row.check(what.args, node, ctx);
    },
  };
}

/** By name, by number where there are no names, by place where the header takes that. */
function optionForm(word: string, spec: OptionSpec): KeyForm {
  const named = Object.keys(spec.options).length > 0;
  return {
    word,
    contexts: named ? ['primary', 'setRhs', 'mangle', 'ses', 'concat'] : ['primary'],
    read(value, from) {
      const by = named ? namedForm(word, spec, value, from) : numberForm(word, value, from);
      return by && { what: from.choice('option', { by }) };
    },
  };
}

function namedForm(
  word: string,
  spec: OptionSpec,
  value: JsonValue,
  from: JsonExpressions,
): Choice | undefined {
  const base = member(value, 'base', 'integer');
  const offset = member(value, 'offset', 'integer');
  const length = member(value, 'len', 'integer');
  if (spec.raw && base !== undefined && offset !== undefined && length !== undefined) {
    const option = from.number(base);
    // A whole first byte asks whether the option is there.
    if (offset === 0 && length === 8) return from.choice('number', { option });
    const kind = from.choice('number', { option });
    return from.choice('raw', { kind, offset: from.number(offset), length: from.number(length) });
  }
  const name = member(value, 'name', 'string');
  if (name === undefined) {
    if (spec.raw) return from.fail(`Invalid ${word} expression properties.`);
    from.unpack(value, { name: 'string' });
    return undefined;
  }
  const option = byName(spec, name)?.[1];
  if (!option) return from.fail(`Unknown ${word} name '${name}'.`);
  const field = member(value, 'field', 'string');
  if (field !== undefined && !Object.hasOwn(option.fields, field)) {
    return from.fail(`Unknown ${word} field '${field}'.`);
  }
  return from.choice('name', {
    option: from.word(name),
    ...(field !== undefined && { field: from.word(field) }),
  });
}

function numberForm(word: string, value: JsonValue, from: JsonExpressions): Choice | undefined {
  const of = from.unpack(value, { type: 'integer' });
  if (!of) return undefined;
  if (of.type < 0 || of.type > MAX_NUMBER) {
    return from.fail(`Unknown ${word} type '${of.type}'.`);
  }
  return from.choice('number', { option: from.number(of.type) });
}

function optionPhrase(spec: OptionSpec): Phrase {
  const options = Object.values(spec.options);
  const fields = [...new Set(options.flatMap((option) => Object.keys(option.fields)))];
  const names = Object.entries(spec.options).flatMap(([name, { also = [] }]) => [name, ...also]);
  const known = fields.length > 0 ? [opt(word('field', fields))] : [];
  return [
    alt('by', {
      ...(names.length > 0 && { name: [word('option', names), ...known] }),
      ...(spec.numbered && { number: [num('option'), ...known] }),
      ...(spec.raw && { raw: rawPhrase(names) }),
    }),
  ];
}

/** `@254,16,4`, `@maxseg,16,16` */
const rawPhrase = (names: readonly string[]): Phrase => [
  kw('@'),
  alt('kind', { name: [word('option', names)], number: [num('option')] }),
  kw(','),
  num('offset'),
  kw(','),
  num('length'),
];

type Named = readonly [name: string, option: Exthdr];

const byName = (spec: OptionSpec, name: string): Named | undefined =>
  Object.entries(spec.options).find(([n, o]) => n === name || o.also?.includes(name));

const byNumber = (spec: OptionSpec, number: number): Named | undefined =>
  Object.entries(spec.options).find(([, o]) => o.number === number);

function optionRow(protocol: string, spec: OptionSpec): KeyRow {
  const name = `${protocol} ${spec.word ?? 'option'}`;
  const row: KeyRow = {
    row: 'key',
    name,
    phrase: [],
    check: (args, node, ctx) => checkOption(row, spec, args, node, ctx),
    // nft cannot tell bits without a name from others, and lists them wrong.
    compared: ({ args }) =>
      args.name === undefined || args.field === 'unknown' ? undefined : args,
    list(load) {
      const args = exthdrArgs(load);
      if (args.name !== undefined)
        return `${name} ${args.name}${args.present ? '' : ` ${args.field}`}`;
      if (args.present) return `${name} ${args.number}`;
      // nft prints the name that it does not know
      if (args.field !== undefined) return `${name} (null) ${args.field}`;
      return `${name} @${args.number},${args.offset},${load.bits}`;
    },
    json(load) {
      const { name: known, number, offset } = exthdrArgs(load);
      if (known !== undefined) return { [name]: exthdrJson(load) };
      if (!spec.raw) return { [name]: { type: number } };
      const bits = exthdrArgs(load).present ? 8 : load.bits;
      return { [name]: { base: number, offset, len: bits } };
    },
    layer: exthdrHooks.layer,
    partType: exthdrHooks.partType,
    field: exthdrHooks.field,
    at: exthdrHooks.at,
    lower: exthdrHooks.lower,
    lowerStore: exthdrHooks.lowerStore,
    bytecode: exthdrHooks.bytecode,
    init: (op, family) =>
      op.op === 'store' && !spec.writable ? 'EOPNOTSUPP' : exthdrHooks.init(op, family),
    place: exthdrHooks.place,
    read: exthdrHooks.read,
    ...(spec.writable && { write: exthdrHooks.write }),
  };
  return row;
}

function checkOption(
  row: KeyRow,
  spec: OptionSpec,
  args: Args,
  node: SelectorExpr,
  ctx: CheckContext,
): Load | undefined {
  if (spec.network && !ctx.needNetwork(spec.network, node.span)) return undefined;
  const unknown = ctx.protocol('th') === undefined;
  const tied = unknown && ctx.scope.kernel?.nftTiesOptions ? spec.tied : undefined;
  if (tied && ctx.need(tied, node.span) === undefined) return undefined;
  const by = args.by as Choice;
  const make = by.which === 'raw' ? rawLoad : named;
  const load = make(row, spec, by.args, ctx, node);
  return load && { ...load, span: node.span };
}

/** The option meant by a name or a number. */
function find(
  spec: OptionSpec,
  at: Word | NumberWord,
  ctx: CheckContext,
): Named | number | undefined {
  if ('text' in at) {
    const found = byName(spec, at.text);
    if (found) return found;
    if (!/^\d+$/.test(at.text)) return ctx.unread('syntax error, unexpected string', at.span);
  }
  const number = Number('text' in at ? at.text : at.value);
  if (number > MAX_NUMBER) return ctx.error('value too large', at.span);
  return byNumber(spec, number) ?? number;
}

function named(
  row: KeyRow,
  spec: OptionSpec,
  args: Args,
  ctx: CheckContext,
  node: SelectorExpr,
): Load | undefined {
  const at = args.option as Word | NumberWord;
  const found = find(spec, at, ctx);
  if (found === undefined) return undefined;
  const field = args.field as Word | undefined;
  // Of an option by its number nft's grammar has the length alone.
  if (field && 'value' in at && field.text !== LENGTH) return unknownField(spec, field, ctx, node);
  if (typeof found === 'number') return numbered(row, spec, found, field, ctx);
  const [written, option] = found;
  const ofWhole = !field || field.text === LENGTH ? option.whole : undefined;
  const name = ofWhole ?? option.listed ?? written;
  const base = { op: spec.op, number: option.number, name };
  // The type byte of an IP option is known already: nft asks whether it is there.
  const known = spec.network && field?.text === 'type' && !ctx.scope.kernel?.nftReadsOptionType;
  if (!field || known) return headerLoad(row, base, ctx);
  if (!Object.hasOwn(option.fields, field.text)) return unknownField(spec, field, ctx, node);
  return fieldLoad(row, { ...base, field: field.text }, option.fields[field.text]!);
}

/** A field that the option does not have; some errors point at the leading word. */
function unknownField(
  spec: OptionSpec,
  field: Word,
  ctx: CheckContext,
  { word, span }: SelectorExpr,
): undefined {
  if (spec.network) return ctx.unread(`unknown ${word} option type/field`, leading(span, word));
  if (spec.op === 'tcpopt' && field.text === LENGTH) {
    return ctx.unread('Could not find a tcp option template', leading(span, word));
  }
  return ctx.unread(`syntax error, unexpected ${field.text}`, field.span);
}

/** Of an option without a name only the length is known to have a place. */
function numbered(
  row: KeyRow,
  spec: OptionSpec,
  number: number,
  field: Word | undefined,
  ctx: CheckContext,
): Load | undefined {
  const base = { op: spec.op, number };
  if (!field) return headerLoad(row, base, ctx);
  return fieldLoad(row, base, { offset: 8, bits: 8, type: integer });
}

function rawLoad(row: KeyRow, spec: OptionSpec, args: Args, ctx: CheckContext): Load | undefined {
  const kind = (args.kind as Choice).args.option as Word | NumberWord;
  const found = find(spec, kind, ctx);
  if (found === undefined) return undefined;
  const offset = Number((args.offset as NumberWord).value);
  const bits = Number((args.length as NumberWord).value);
  if (offset + bits > MAX_OPTION_BITS) {
    const message = `offset and size ${offset + bits} exceeds max tcp headerlen ${MAX_OPTION_BITS}`;
    return ctx.error(message, (args.offset as NumberWord).span);
  }
  const number = typeof found === 'number' ? found : found[1].number;
  const known = knownField(spec, number, offset, bits);
  const base: Omit<ExthdrArgs, 'offset' | 'bits'> = { op: spec.op, number, ...known?.names };
  return fieldLoad(row, base, { offset, bits, type: known?.type ?? integer });
}

/** The field that lies at these bits of the option, as it lists; `unknown` where there is none. */
function knownField(spec: OptionSpec, number: number, offset: number, bits: number) {
  const options = Object.entries(spec.options).filter(([, option]) => option.number === number);
  for (const [name, option] of options) {
    for (const [field, at] of Object.entries(option.fields))
      if (at.offset === offset && at.bits === bits)
        return { names: { name, field }, type: at.type };
  }
  const [name] = options[0] ?? [];
  if (name === undefined) return undefined;
  const field = offset === 0 && bits === KIND_BITS ? 'kind' : 'unknown';
  return { names: { name, field }, type: integer };
}
