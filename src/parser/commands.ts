/**
 * Commands: a verb, what kind of thing, which one, and what of it.
 *
 * Owns the nouns of commands and which verb takes which. Mirrors base_cmd of nft's grammar.
 */
import type { Command, Family, Handle, Verb, Word } from './ast.ts';
import type { Draft } from './chains.ts';
import { kw } from './phrase.ts';
import { isOptional } from './phrase-shape.ts';
import { Tables } from './tables.ts';
import * as T from './token.ts';
import type { ObjectSyntax } from './vocabulary.ts';

/** How a thing is named: `[family] table name`, by handle, by place in a chain, or all of a kind. */
type Place = 'table' | 'chain' | 'rule' | 'named' | 'all';

const families: readonly string[] = ['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'];

const places: Readonly<Record<string, Place>> = {
  table: 'table',
  chain: 'chain',
  rule: 'rule',
  set: 'named',
  map: 'named',
  element: 'named',
  flowtable: 'named',
  meter: 'named',
};

const made = ['table', 'chain', 'rule', 'set', 'map', 'element', 'flowtable'];
/** All of a kind, in a family; these also in a table. */
const inTable = ['sets', 'maps', 'flowtables', 'rules'];
const inFamily = ['tables', 'chains', 'meters', 'flow tables', 'ruleset'];
const plurals = [...inFamily, ...inTable.filter((noun) => noun !== 'rules')];

/** The nouns that a verb takes besides the named objects. */
const nouns: Readonly<Partial<Record<Verb, readonly string[]>>> = {
  add: made,
  create: made.filter((noun) => noun !== 'rule'),
  insert: ['rule'],
  replace: ['rule'],
  delete: made,
  destroy: made,
  flush: ['table', 'chain', 'set', 'map', 'meter', 'flow table', 'ruleset'],
  list: [
    ...['table', 'chain', 'set', 'map', 'meter', 'flowtable', 'flow table', 'hooks'],
    ...plurals,
  ],
  reset: ['rule', 'rules', 'element', 'set', 'map'],
  rename: ['chain'],
  get: ['element'],
};

/** Older words for the same. */
const older: Readonly<Record<string, string>> = { 'flow table': 'meter', 'flow tables': 'meters' };

/** Named objects that `reset` takes. */
const resettable = ['counter', 'quota'];

const verbs = new Map([
  [T.Add, 'add'],
  [T.Create, 'create'],
  [T.Insert, 'insert'],
  [T.Replace, 'replace'],
  [T.Delete, 'delete'],
  [T.Destroy, 'destroy'],
  [T.Flush, 'flush'],
  [T.List, 'list'],
  [T.Reset, 'reset'],
  [T.Rename, 'rename'],
  [T.Get, 'get'],
  [T.Describe, 'describe'],
  [T.Monitor, 'monitor'],
  [T.Import, 'import'],
  [T.Export, 'export'],
] as const);

const events = ['new', 'destroy'];
const monitored = ['tables', 'chains', 'sets', 'rules', 'elements', 'ruleset', 'trace'];
const formats = ['xml', 'json', 'vm'];

/** What a command says of the one that it is about. */
type Which = Omit<Command, 'kind' | 'verb' | 'object' | 'span'>;

interface Noun {
  readonly name: string;
  readonly object?: ObjectSyntax;
  /** All objects of the kind. */
  readonly all?: ObjectSyntax;
}

export abstract class Commands extends Tables {
  private readonly ownWords = new Map<string, ReadonlySet<string>>([
    ['list', new Set([...plurals, 'rules', 'hooks', ...this.objects.map(({ row }) => row.plural)])],
    ['reset', new Set(['rules', ...resettable.map((name) => `${name}s`)])],
  ]);

  /** Words of a verb's own name nothing in its command, nor after it where that is broken. */
  protected override scopeHas(word: string): boolean {
    return super.scopeHas(word) || this.scopes.some((verb) => this.ownWords.get(verb)?.has(word));
  }

  protected command(): Command {
    const first = this.peek();
    const verb = verbs.get(first.tokenType as never) ?? 'add';
    const bare = !verbs.has(first.tokenType as never);
    if (!bare) this.next();
    const draft = this.ofVerb(verb, bare);
    return { kind: 'command', verb, ...draft, span: this.spanFrom(first) };
  }

  private ofVerb(verb: Verb, bare: boolean): Omit<Command, 'kind' | 'verb' | 'span'> {
    switch (verb) {
      case 'describe': {
        const handle = { span: this.spanOf(this.peek()) };
        return { object: 'expr', handle, expr: this.value('primary') };
      }
      case 'monitor':
        return this.monitor();
      case 'import':
      case 'export':
        return this.markup();
      case 'add':
      case 'create':
        return this.addition(verb, bare);
      default:
        return this.other(verb);
    }
  }

  private noun(verb: Verb, orRule: boolean): Noun {
    const known = nouns[verb]!;
    const name = known.find((noun) => noun.split(' ').every((w, i) => this.reads(w, i + 1)));
    if (name !== undefined) {
      for (const _ of name.split(' ')) this.next();
      return { name: older[name] ?? name };
    }
    const object = this.objectNoun(verb);
    if (object) return object;
    if (orRule && this.beginsRulePlace()) return { name: 'rule' };
    const second = known.filter((noun) => noun.includes(' ') && this.reads(noun.split(' ')[0]!));
    if (second.length === 0) return this.unexpected(orRule ? ['string', 'last'] : known);
    this.scopes.push(this.next().image);
    return this.unexpected(second.map((noun) => noun.split(' ')[1]!));
  }

  private objectNoun(verb: Verb): Noun | undefined {
    if (!['add', 'create', 'delete', 'destroy', 'list', 'reset'].includes(verb)) return undefined;
    const resets = ({ name, plural }: ObjectSyntax): boolean =>
      resettable.includes(name) && [name, plural].some((w) => this.reads(w));
    if (verb === 'reset' && !this.objects.some(({ row }) => resets(row))) return undefined;
    if (verb === 'list' || verb === 'reset') {
      const all = this.objects.find(({ row }) =>
        row.plural.split(' ').every((w, i) => this.reads(w, i + 1)),
      );
      if (all && (all.row.name !== all.row.plural || this.peek(3).tokenType === T.Table)) {
        this.scopes.push(this.peek().image);
        for (const _ of all.words) this.next();
        return { name: all.row.plural, all: all.row };
      }
    }
    const plurals = verb === 'list' ? this.objects.map(({ row }) => row.plural.split(' ')) : [];
    const object = this.objectHere(plurals.flatMap((words) => words.slice(1)));
    return object && { name: object.name, object };
  }

  private beginsRulePlace(): boolean {
    return (this.at(T.Name) && !this.isScoped()) || families.some((family) => this.reads(family));
  }

  // ── Additions ──────────────────────────────────────────────────────────────────────────────

  private addition(verb: Verb, bare: boolean): Omit<Command, 'kind' | 'verb' | 'span'> {
    if (bare && !this.beginsAddition()) return this.unexpected();
    const { name: object, object: row } = this.noun(verb, verb === 'add');
    if (row) {
      const added = this.objectAddition(row, verb);
      this.scopes.pop();
      return { object, ...added };
    }
    switch (object) {
      case 'table': {
        const handle = this.table();
        const block = this.at(T.BraceOpen) ? this.tableBlock(handle) : undefined;
        return { object, handle, ...(block && { block }) };
      }
      case 'chain': {
        const handle = this.chain();
        const block = this.at(T.BraceOpen) ? this.chainBlock() : undefined;
        return { object, handle, ...(block && { block }) };
      }
      case 'rule':
        return { object, handle: this.rulePlace(), rule: this.SUBRULE(this.rule) };
      case 'element':
        return { object, handle: this.named(), elements: this.SUBRULE(this.elementList) };
      case 'flowtable':
        return { object, handle: this.named(), block: this.flowtableBlock() };
      default:
        return { object, handle: this.named(), block: this.setBlock(object === 'map') };
    }
  }

  private beginsAddition(): boolean {
    return (
      this.beginsRulePlace() ||
      made.some((noun) => this.reads(noun)) ||
      this.objects.some(({ words }) => this.reads(words[0]!))
    );
  }

  /** With `create`, those that may stand without braces must. */
  private objectAddition(row: ObjectSyntax, verb: Verb): Pick<Command, 'handle' | 'block'> {
    const handle = this.named();
    const braces = !row.bare || verb === 'add';
    if (braces && this.at(T.BraceOpen)) return { handle, block: this.objectBlock(row) };
    if (!row.bare) return this.unexpected([T.BraceOpen.name]);
    if (row.lines.some((line) => this.begins(line))) {
      return { handle, block: this.bareObject(row) };
    }
    const line = row.lines[0]!;
    if (line.every(isOptional)) return { handle };
    return this.noneOf(braces ? [line, [kw('{')]] : [line]);
  }

  // ── Other verbs ────────────────────────────────────────────────────────────────────────────

  private other(verb: Verb): Omit<Command, 'kind' | 'verb' | 'span'> {
    const hasWords = this.ownWords.has(verb);
    if (hasWords) this.scopes.push(verb);
    const { name: object, object: row, all } = this.noun(verb, false);
    if (all?.ofTable) this.requireTable();
    const found = this.whichOne(verb, object, row);
    if (row || all) this.scopes.pop();
    if (!hasWords) return { object, ...found };
    if (this.at(T.Name) && this.isScoped()) {
      this.unexpected([T.EndOfFile.name, T.Newline.name, T.Semicolon.name]);
    }
    this.scopes.pop();
    return { object, ...found };
  }

  private whichOne(verb: Verb, object: string, row: ObjectSyntax | undefined): Which {
    const byHandle = verb === 'delete' || verb === 'destroy';
    switch (row ? 'named' : (places[object] ?? 'all')) {
      case 'table':
        return { handle: this.table(byHandle) };
      case 'chain':
        return this.ofChain(verb, byHandle);
      case 'rule':
        return this.ofRule(verb);
      case 'named': {
        const handle = this.named(byHandle && object !== 'element' && !object.includes(' '));
        if (object === 'element') return { handle, elements: this.SUBRULE(this.elementList) };
        if (object === 'flowtable' && byHandle && this.at(T.BraceOpen)) {
          return { handle, block: this.flowtableBlock() };
        }
        return { handle };
      }
      case 'all':
        return object === 'hooks' ? this.hooks() : { handle: this.all(object) };
    }
  }

  private requireTable(): void {
    if (!this.at(T.Table)) this.unexpected([T.Table.name]);
  }

  private ofChain(verb: Verb, byHandle: boolean) {
    const handle = this.chain(byHandle);
    if (verb === 'rename') return { handle, newName: this.identifier() };
    if (byHandle && this.at(T.BraceOpen)) return { handle, block: this.chainBlock() };
    return { handle };
  }

  private ofRule(verb: Verb) {
    if (verb === 'insert') return { handle: this.rulePlace(), rule: this.SUBRULE(this.rule) };
    const handle = this.chain();
    this.expect(T.Handle);
    const place = { ...handle, handle: this.number(), span: this.extend(handle.span) };
    if (verb === 'replace') return { handle: place, rule: this.SUBRULE(this.rule) };
    return { handle: place };
  }

  /** `list hooks [family] [device NAME]` */
  private hooks(): Which {
    const first = this.peek(0);
    const family = this.family();
    const device = this.take(T.Device) ? this.word(this.expect(T.Name)) : undefined;
    const handle = { ...(family && { family }), span: this.spanFrom(first) };
    return { handle, ...(device && { words: [device] }) };
  }

  /** `monitor [new|destroy] [tables|…|trace] [xml|json|vm json]` */
  private monitor(): Omit<Command, 'kind' | 'verb' | 'span'> {
    const first = this.peek();
    const wordOf = (words: readonly string[]) =>
      words.some((word) => this.reads(word)) ? this.word(this.next()) : undefined;
    const led = [...monitored, ...formats].includes(first.image);
    const event = this.at(T.Name) && !led ? this.event() : undefined;
    const object = wordOf(monitored);
    const format = formats.some((word) => this.reads(word)) ? this.format() : undefined;
    const monitor = {
      ...(event && { event }),
      ...(object && { object }),
      ...(format && { format }),
    };
    return { object: 'ruleset', handle: { span: this.spanOf(first) }, monitor };
  }

  private event(): Word {
    const token = this.next();
    if (!events.includes(token.image)) {
      this.refuse(`invalid event ${token.image}`, this.spanOf(token));
    }
    return this.word(token);
  }

  private format(): Word {
    const first = this.next();
    if (first.image !== 'vm') return this.word(first);
    if (!this.reads('json')) this.unexpected(['json']);
    return this.word(this.next());
  }

  private markup(): Omit<Command, 'kind' | 'verb' | 'span'> {
    const first = this.peek();
    const whole = this.take(T.RulesetWord);
    if (!formats.some((format) => this.reads(format))) {
      this.unexpected(whole ? formats : ['ruleset', ...formats]);
    }
    return { object: 'ruleset', handle: { span: this.spanOf(first) }, words: [this.format()] };
  }

  // ── Which one ──────────────────────────────────────────────────────────────────────────────

  private family(): Handle['family'] {
    const token = this.peek();
    if (token.tokenType === T.Quoted || !families.includes(token.image)) return undefined;
    this.next();
    return { name: token.image as Family, span: this.spanOf(token) };
  }

  private table(orHandle = false): Handle {
    const first = this.peek();
    const draft = this.inFamily();
    if (orHandle && this.at(T.Handle)) return this.byHandle(draft, first);
    draft.table = orHandle ? this.nameOrHandle() : this.identifier();
    return { ...draft, span: this.spanFrom(first) };
  }

  private inFamily(): Draft<Handle> {
    const family = this.family();
    return family ? { family } : {};
  }

  private byHandle(draft: Draft<Handle>, first = this.peek()): Handle {
    this.next();
    return { ...draft, handle: this.number(), span: this.spanFrom(first) };
  }

  private nameOrHandle(): Word {
    if (!this.at(T.Name) || this.isScoped()) {
      this.unexpected([T.Handle.name, T.Name.name, 'last']);
    }
    return this.identifier();
  }

  private named(orHandle = false): Handle {
    const first = this.peek();
    const draft = this.inFamily();
    draft.table = this.identifier();
    if (orHandle && this.at(T.Handle)) return this.byHandle(draft, first);
    draft.name = orHandle ? this.nameOrHandle() : this.identifier();
    return { ...draft, span: this.spanFrom(first) };
  }

  private chain(orHandle = false): Handle {
    const { name, ...handle } = this.named(orHandle);
    return { ...handle, ...(name && { chain: name }) };
  }

  /** `[family] table chain [position N | handle N | index N]` */
  private rulePlace(): Handle {
    const handle: Draft<Handle> & { span: Handle['span'] } = { ...this.chain() };
    if (this.take(T.Position)) handle.position = this.number();
    else if (this.take(T.Handle)) handle.position = this.number();
    else if (this.take(T.Index)) handle.index = this.number();
    return { ...handle, span: this.extend(handle.span) };
  }

  /** `list sets [family]`, `list sets table [family] NAME`, `reset rules [family] [table [chain]]` */
  private all(object: string): Handle {
    const first = this.peek(0);
    const tabled = !inFamily.includes(object);
    if (tabled && this.take(T.Table)) return this.table();
    const draft = this.inFamily();
    if (object === 'rules' && this.take(T.Chain)) return this.chain();
    if (tabled && this.at(T.Name) && !this.isScoped()) draft.table = this.identifier();
    if (object === 'rules' && draft.table && this.at(T.Name)) draft.chain = this.identifier();
    return { ...draft, span: this.spanFrom(first) };
  }
}
