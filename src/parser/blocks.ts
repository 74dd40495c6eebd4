/**
 * What stands between braces: tables, chains, sets, maps, flowtables, objects.
 *
 * Every block is a list of lines, each ended by a newline or a semicolon; a line that cannot be read
 * is skipped and the block goes on. `define` and `include` may stand in each.
 */
import type {
  ChainBlock,
  Command,
  DataSpec,
  Expr,
  FlowtableBlock,
  Handle,
  HookSpec,
  KeySpec,
  NumberWord,
  ObjectBlock,
  Priority,
  Rule,
  SetBlock,
  Span,
  Statement,
  TableBlock,
  Word,
} from './ast.ts';
import type { CursorOptions } from './cursor.ts';
import type { Phrase } from './phrase.ts';
import { Statements } from './statements.ts';
import * as T from './token.ts';
import type { ObjectSyntax, Vocabulary } from './vocabulary.ts';

/** A node while its lines are read. */
type Draft<B> = { -readonly [K in keyof B]?: B[K] };

const setFlags = ['constant', 'interval', 'dynamic', 'timeout'];
const tableFlags = ['dormant', 'owner', 'persist'];
const chainTypes = ['filter', 'nat', 'route'];

export abstract class Blocks extends Statements {
  protected readonly objects: readonly { words: readonly string[]; row: ObjectSyntax }[];
  private readonly isType: (name: string) => boolean;

  constructor(
    options: CursorOptions,
    vocabulary: Vocabulary,
    phrasesOf: (word: string) => readonly Phrase[],
  ) {
    super(options, vocabulary, phrasesOf);
    this.objects = vocabulary.objects.map((row) => ({ words: row.name.split(' '), row }));
    const types = vocabulary.types && new Set(vocabulary.types);
    this.isType = (name) => types?.has(name) ?? true;
  }

  /** `define`, `include`, …: true if one stood here and was read, with its end. */
  protected abstract common(): boolean;

  /** `line` reads one; true where it needs no end. */
  protected block(line: () => boolean | undefined, separated = true): Span {
    const open = this.expect(T.BraceOpen);
    let span = this.spanOf(open);
    this.definitions.open();
    while (!this.at(T.BraceClose)) {
      this.recovering(() => {
        if (this.take(T.Newline) || this.take(T.Semicolon) || this.common()) return;
        const ended = line() ?? !separated;
        if (!ended) this.separator();
      });
      span = this.extend(span);
    }
    this.next();
    this.definitions.close();
    return span;
  }

  protected separator(): void {
    if (!this.take(T.Newline) && !this.take(T.Semicolon)) {
      this.unexpected([T.Newline.name, T.Semicolon.name]);
    }
  }

  // ── Tables ─────────────────────────────────────────────────────────────────────────────────

  protected tableBlock(table: Handle): TableBlock {
    const draft: Draft<TableBlock> = {};
    const items: Command[] = [];
    const span = this.block(() => {
      if (this.at(T.Comment)) draft.comment = this.once(draft.comment, this.comment());
      else if (this.at(T.Flags)) draft.flags = this.flagList(tableFlags, 'unknown table option %s');
      else items.push(this.tableItem(table));
    });
    return { kind: 'table', ...draft, items, span };
  }

  private once<V>(before: V | undefined, now: V & { span: Span }): V {
    if (before !== undefined) this.refuse('You can only specify this once.', now.span);
    return now;
  }

  private flagList(known: readonly string[], message?: string): Word[] {
    this.next();
    const flags: Word[] = [];
    do {
      const token = this.peek();
      if (!known.includes(token.image)) {
        if (message === undefined) this.unexpected(known);
        this.refuse(message.replace('%s', this.expect(T.Name).image), this.spanOf(token));
      }
      flags.push(this.word(this.next()));
    } while (this.take(T.Comma));
    return flags;
  }

  private tableItem(table: Handle): Command {
    const first = this.peek();
    const { family, table: name } = table;
    const within = (extra: Draft<Handle>): Handle => ({
      ...(family && { family }),
      ...(name && { table: name }),
      ...extra,
      span: this.spanFrom(first),
    });
    const add = (object: string, handle: Handle, block: Command['block']): Command => ({
      kind: 'command',
      verb: 'add',
      object,
      handle,
      ...(block && { block }),
      span: this.spanFrom(first),
    });
    switch (first.tokenType) {
      case T.Chain: {
        this.next();
        const handle = within({ chain: this.identifier() });
        return add('chain', handle, this.chainBlock());
      }
      case T.SetWord:
      case T.MapWord: {
        this.next();
        const handle = within({ name: this.identifier() });
        return add(first.image, handle, this.setBlock(first.tokenType === T.MapWord));
      }
      case T.Flowtable: {
        this.next();
        const handle = within({ name: this.identifier() });
        return add('flowtable', handle, this.flowtableBlock());
      }
      default: {
        const row = this.objectHere();
        if (!row) return this.unexpected();
        const handle = within({ name: this.identifier() });
        return add(row.name, handle, this.objectBlock(row));
      }
    }
  }

  // ── Chains ─────────────────────────────────────────────────────────────────────────────────

  protected override chainBlock(): ChainBlock {
    const draft: Draft<ChainBlock> = {};
    const rules: Rule[] = [];
    const span = this.block(() => {
      switch (this.LA(1).tokenType) {
        case T.Type:
          draft.hook = this.hookSpec();
          return;
        case T.Policy:
          draft.policy = this.policy(draft.policy);
          return;
        case T.Flags:
          draft.flags = this.flagList(['offload']);
          return;
        case T.Devices:
          draft.devices = this.devices();
          return;
        case T.Comment:
          draft.comment = this.once(draft.comment, this.comment());
          return;
        default:
          rules.push(this.rule());
      }
    });
    return { kind: 'chain', ...draft, rules, span };
  }

  private hookSpec(): HookSpec {
    const first = this.next();
    const type = this.word(this.expect(T.Name));
    this.expect(T.Hook);
    const hook = this.word(this.expect(T.Name));
    let devices: readonly Expr[] | undefined;
    if (this.take(T.Device)) devices = [this.device()];
    else if (this.at(T.Devices)) devices = this.devices();
    const priority = this.priority();
    if (!chainTypes.includes(type.text)) this.refuse('unknown chain type', type.span);
    return { type, hook, ...(devices && { devices }), priority, span: this.spanFrom(first) };
  }

  private device(): Expr {
    if (this.at(T.Dollar)) return this.variable();
    return this.symbol(this.expect(T.Name, T.Quoted, T.Wildcard, T.Dollar));
  }

  /** `devices = { a, b }` */
  private devices(): Expr[] {
    this.expect(T.Devices);
    this.expect(T.Assign);
    if (this.at(T.Dollar)) return [this.variable()];
    this.expect(T.BraceOpen, T.Dollar);
    const devices: Expr[] = [];
    do {
      this.newlines();
      const more = this.at(T.Name) || this.at(T.Quoted) || this.at(T.Dollar);
      if (devices.length > 0 && !more) break;
      if (this.at(T.Dollar)) devices.push(this.variable());
      else devices.push(this.symbol(this.expect(T.Name, T.Quoted, T.Dollar)));
      this.newlines();
    } while (this.take(T.Comma));
    if (!this.take(T.BraceClose)) this.unexpected([T.Comma.name, T.BraceClose.name]);
    return devices;
  }

  /** `priority filter + 10`, `priority -5`, `priority $p` */
  private priority(): Priority {
    const first = this.expect(T.Priority);
    if (this.at(T.Dollar)) return { base: this.variable(), span: this.spanFrom(first) };
    if (this.at(T.Num) || this.at(T.Dash)) {
      return { base: this.integer(), span: this.spanFrom(first) };
    }
    if (!this.at(T.Name) && !this.reads('out')) this.unexpected();
    const base = this.symbol(this.next());
    const sign = this.take(T.Plus) ?? this.take(T.Dash);
    if (!sign) return { base, span: this.spanFrom(first) };
    const { value, span } = this.number();
    const offset: NumberWord = { value: sign.tokenType === T.Dash ? -value : value, span };
    return { base, offset, span: this.spanFrom(first) };
  }

  /** A number that may have a sign. */
  protected integer(): Expr {
    const dash = this.take(T.Dash);
    const symbol = this.symbol(this.expect(T.Num));
    return dash ? { ...symbol, text: `-${symbol.text}`, span: this.spanFrom(dash) } : symbol;
  }

  private policy(before: Expr | undefined): Expr {
    const first = this.next();
    const value = this.at(T.Dollar)
      ? this.variable()
      : this.symbol(this.expect(T.Accept, T.Drop, T.Dollar));
    if (before) this.refuse('you cannot set chain policy twice', this.spanFrom(first));
    return value;
  }

  // ── Sets and maps ──────────────────────────────────────────────────────────────────────────

  protected setBlock(map: boolean): SetBlock {
    const draft: Draft<SetBlock> = {};
    const span = this.block(() => this.setLine(map, draft));
    return { kind: 'set', map, ...draft, span };
  }

  private setLine(map: boolean, draft: Draft<SetBlock>): boolean | undefined {
    switch (this.LA(1).tokenType) {
      case T.Type:
      case T.Typeof:
        draft.key = this.keySpec();
        if (map) this.dataSpec(draft.key.by, draft);
        return;
      case T.Flags:
        draft.flags = this.flagList(setFlags);
        return;
      case T.Timeout:
        this.next();
        draft.timeout = this.time();
        return;
      case T.GcInterval:
        this.next();
        draft.gcInterval = this.time();
        return;
      case T.Size:
        this.next();
        draft.size = this.number();
        return;
      case T.Policy:
        this.next();
        if (!this.reads('performance') && !this.reads('memory')) {
          this.unexpected(['memory', 'performance']);
        }
        draft.policy = this.word(this.next());
        return;
      case T.AutoMerge:
        this.next();
        draft.autoMerge = true;
        return;
      case T.Elements:
        this.next();
        this.expect(T.Assign);
        draft.elements = this.elementList();
        return true;
      case T.Comment:
        draft.comment = this.once(draft.comment, this.comment());
        return;
      default:
        this.setStatements(draft);
        return;
    }
  }

  private setStatements(draft: Draft<SetBlock>): void {
    const statements: Statement[] = this.statefulStatements();
    if (statements.length === 0) this.unexpected();
    draft.statements = [...(draft.statements ?? []), ...statements];
  }

  /** `{ … }` or a variable. */
  protected elementList(): Expr {
    if (this.at(T.Dollar)) return this.variable();
    if (!this.at(T.BraceOpen)) this.unexpected([T.BraceOpen.name, T.Dollar.name]);
    return this.set();
  }

  private keySpec(): KeySpec {
    const first = this.next();
    if (first.tokenType === T.Type) {
      const types = this.typeNames();
      return { by: 'type', types, span: this.spanFrom(first) };
    }
    const expr = this.typeofExpression();
    return { by: 'typeof', expr, span: this.spanFrom(first) };
  }

  private typeNames(): Word[] {
    const types: Word[] = [];
    do {
      const token = this.peek();
      if (!this.isWord(token)) this.unexpected();
      if (!this.isType(token.image)) {
        this.refuse(`unknown datatype ${token.image}`, this.spanOf(token));
      }
      types.push(this.word(this.next()));
    } while (this.take(T.Dot));
    return types;
  }

  private typeofExpression(): Expr {
    return this.beginsSelector(this.peek()) || this.at(T.At) ? this.concat() : this.unexpected();
  }

  private dataSpec(by: 'type' | 'typeof', draft: Draft<SetBlock>): void {
    this.take(T.Colon) ?? this.unexpected([T.Colon.name, T.Dot.name]);
    if (this.take(T.Interval)) draft.dataInterval = true;
    draft.data = this.dataOf(by);
  }

  private dataOf(by: 'type' | 'typeof'): DataSpec {
    const first = this.peek();
    const row = this.objects.find(({ words }) => words.every((w, i) => this.reads(w, i + 1)));
    if (row) {
      for (const _ of row.words) this.next();
      const span = this.spanFrom(first);
      return { by: 'object', object: { text: row.row.name, span }, span };
    }
    if (by === 'typeof' && !this.reads('verdict')) {
      const expr = this.reads('queue') ? this.symbol(this.next()) : this.typeofExpression();
      return { by: 'typeof', expr, span: this.spanFrom(first) };
    }
    const types = this.typeNames();
    return { by: 'type', types, span: this.spanFrom(first) };
  }

  // ── Flowtables and objects ─────────────────────────────────────────────────────────────────

  protected flowtableBlock(): FlowtableBlock {
    const draft: Draft<FlowtableBlock> = {};
    const span = this.block(() => {
      const first = this.peek();
      if (this.take(T.Hook)) {
        const hook = this.word(this.expect(T.Name));
        const priority = this.priority();
        draft.hook = { hook, priority, span: this.spanFrom(first) };
      } else if (this.at(T.Devices)) draft.devices = this.devices();
      else if (this.at(T.Flags)) draft.flags = this.flagList(['offload']);
      else if (this.at(T.Comment)) draft.comment = this.once(draft.comment, this.comment());
      else if (this.reads('counter')) {
        this.next();
        draft.counter = true;
      } else this.unexpected();
    });
    return { kind: 'flowtable', ...draft, span };
  }

  /** The named object whose words stand next; takes them. */
  protected objectHere(): ObjectSyntax | undefined {
    const found = this.objects.find(({ words }) => words.every((w, i) => this.reads(w, i + 1)));
    if (found) {
      for (const _ of found.words) this.next();
      return found.row;
    }
    const partly = this.objects.filter(({ words }) => words.length > 1 && this.reads(words[0]!));
    if (partly.length > 0) {
      this.scopes.push(this.next().image);
      this.unexpected(partly.map(({ words }) => words[1]!));
    }
    return undefined;
  }

  protected objectBlock(row: ObjectSyntax): ObjectBlock {
    const parts = {};
    let comment: Word | undefined;
    const span = this.block(() => {
      if (this.at(T.Comment)) {
        comment = this.once(comment, this.comment());
        return;
      }
      const line = row.lines.find((phrase) => this.begins(phrase));
      if (!line) return this.unexpected();
      Object.assign(parts, this.phrase(row.name, line));
    }, !row.bare);
    return { kind: 'object', args: parts, ...(comment && { comment }), span };
  }

  /** The lines of an object without braces. */
  protected bareObject(row: ObjectSyntax): ObjectBlock {
    const first = this.peek();
    const args = this.phrase(row.name, [{ item: 'options', of: row.lines }]);
    return { kind: 'object', args, span: this.spanFrom(first) };
  }
}
