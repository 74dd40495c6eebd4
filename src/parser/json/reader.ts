/**
 * What reading JSON needs everywhere: members of objects by name and type, nodes of the syntax tree,
 * and messages.
 *
 * JSON has no places: all nodes and messages point at one that is none. Only where a member is absent
 * or of another type does jansson tell a place, and that is one in nft's own description of the
 * object. Mirrors json_unpack_err and json_error of nft.
 */
import type { Args, Choice, NumberWord, Source, Span, SymbolExpr, Word } from '../ast.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { isArray, isInteger, isObject, type JsonValue, quote, typeName } from './text.ts';

/** What members may be asked to be. */
interface Kinds {
  string: string;
  integer: number | bigint;
  boolean: boolean;
  any: JsonValue;
}
export type Kind = keyof Kinds;

/** Members by name. */
type Shape = Readonly<Record<string, Kind>>;
export type Unpacked<S extends Shape> = { readonly [N in keyof S]: Kinds[S[N]] };

const IS: { readonly [K in Kind]: (value: JsonValue) => boolean } = {
  string: (value) => typeof value === 'string',
  integer: isInteger,
  boolean: (value) => typeof value === 'boolean',
  any: () => true,
};

const CALLED: Readonly<Record<Kind, string>> = {
  string: 'string',
  integer: 'integer',
  boolean: 'true or false',
  any: 'value',
};

/** The source of nodes: a text that nobody wrote. */
const INTERNAL: Source = { id: 0, name: 'internal', text: '', internal: true };

/** `{s:o, s:o}`: where a member's type stands in a description of an object. */
const column = (member: number): number => 4 + 5 * member;
const MOST_MEMBERS = 4;

class JsonProblems {
  readonly diagnostics: Diagnostic[] = [];
  readonly sources: readonly Source[];
  /** Where everything is that JSON says. */
  readonly span: Span = { source: INTERNAL.id, start: 0, end: 0 };

  constructor(name: string, text: string) {
    // The place told is one of the description's; it is on the first line, however long that is.
    const joined = [...text.slice(0, column(MOST_MEMBERS))].flatMap((c, i) =>
      c === '\n' ? [i] : [],
    );
    this.sources = [INTERNAL, { id: 1, name, text, joined }];
  }

  fail(message: string): undefined {
    this.diagnostics.push({ severity: 'error', message, spans: [this.span] });
    return undefined;
  }

  private failAt(message: string, at: number): undefined {
    const span: Span = { source: 1, start: at - 1, end: at };
    this.diagnostics.push({ severity: 'error', message, spans: [span] });
    return undefined;
  }

  /** The members of an object, all of which must be there. */
  unpack<const S extends Shape>(value: JsonValue, shape: S): Unpacked<S> | undefined {
    if (!isObject(value)) return this.failAt(`Expected object, got ${typeName(value)}`, 1);
    const found: Record<string, JsonValue> = {};
    let member = 0;
    for (const [name, kind] of Object.entries(shape)) {
      const at = column(member++);
      const of = value.get(name);
      if (of === undefined) return this.failAt(`Object item not found: ${name}`, at);
      if (!IS[kind](of)) {
        return this.failAt(`Expected ${CALLED[kind]}, got ${typeName(of)}`, at);
      }
      found[name] = of;
    }
    return found as Unpacked<S>;
  }

  /** The two items of an array of two. */
  pair(value: JsonValue): readonly [JsonValue, JsonValue] | undefined {
    if (!isArray(value)) return this.failAt(`Expected array, got ${typeName(value)}`, 1);
    const [first, second] = value;
    if (first === undefined) return this.failAt('Array index 0 out of range', 2);
    if (second === undefined) return this.failAt('Array index 1 out of range', 5);
    const left = value.length - 2;
    if (left > 0) return this.failAt(`${left} array item(s) left unpacked`, 7);
    return [first, second];
  }

  /** The only member of an object. */
  only(value: JsonValue): readonly [string, JsonValue] | undefined {
    if (isObject(value) && value.size === 1) return [...value][0];
    return this.fail(`Malformed object (too many properties): '${quote(value)}'.`);
  }
}

/** A member if it is there and of that type. */
export function member<K extends Kind>(
  value: JsonValue,
  name: string,
  kind: K,
): Kinds[K] | undefined {
  const of = isObject(value) ? value.get(name) : undefined;
  return of !== undefined && IS[kind](of) ? (of as Kinds[K]) : undefined;
}

/** Nodes as phrases give them. */
export class JsonNodes extends JsonProblems {
  word(text: string): Word {
    return { text, span: this.span };
  }

  quoted(text: string): Word {
    return { text, quoted: true, span: this.span };
  }

  number(value: number | bigint): NumberWord {
    return { value, span: this.span };
  }

  symbol(text: string): SymbolExpr {
    return { kind: 'symbol', text, span: this.span };
  }

  choice(which: string, args: Args = {}): Choice {
    return { which, args, span: this.span };
  }

  /** The members of an object that are there, as the words and numbers of a phrase. */
  parts(value: JsonValue, shape: Readonly<Record<string, 'string' | 'integer'>>): Args {
    const args: Record<string, Word | NumberWord> = {};
    for (const [name, kind] of Object.entries(shape)) {
      const of = member(value, name, kind);
      if (typeof of === 'string') args[name] = this.word(of);
      else if (of !== undefined) args[name] = this.number(of);
    }
    return args;
  }

  /** `ip` or `ip6` where it is said; null where something else is. */
  network(value: JsonValue): 'ip' | 'ip6' | undefined | null {
    const family = member(value, 'family', 'string');
    if (family === undefined || family === 'ip' || family === 'ip6') return family;
    this.fail(`Invalid family '${family}'.`);
    return null;
  }
}
