/**
 * What stands in the block of a set or a map: what it is keyed by, its options, its elements.
 */
import type { ParserMethod } from 'chevrotain';
import type { DataSpec, Expr, KeySpec, NumberWord, SetBlock, Word } from './ast.ts';
import { Chains, type Draft } from './chains.ts';
import type { CursorOptions } from './cursor.ts';
import type { Phrase } from './phrase.ts';
import * as T from './token.ts';
import type { ObjectSyntax, Vocabulary } from './vocabulary.ts';

const setFlags = ['constant', 'interval', 'dynamic', 'timeout'];

/** Words of the language that are types all the same, and types that are words here. */
const typeWords: ReadonlySet<string> = new Set(['mark', 'dscp', 'ecn', 'classid', 'time']);
const noTypes: ReadonlySet<string> = new Set(['hour', 'day']);

export abstract class Sets extends Chains {
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

  protected setBlock(map: boolean, item = false): SetBlock {
    const draft: Draft<SetBlock> = {};
    const line = () => {
      const read: Draft<SetBlock> = { ...draft };
      const ended = this.at(T.Elements) || this.at(T.AutoMerge);
      if (map && this.at(T.AutoMerge)) this.unexpected();
      const flagged = this.at(T.Flags);
      this.SUBRULE(this.setLine, { ARGS: [read, map] });
      if (!ended && !this.at(T.Newline) && !this.at(T.Semicolon)) {
        if (read.statements !== draft.statements) this.unexpected();
        this.separator(...(flagged ? [T.Comma] : []));
      }
      Object.assign(draft, read);
      return true;
    };
    const span = this.block(line, true, item);
    return { kind: 'set', map, ...draft, span };
  }

  private readonly setLine = this.RULE('setLine', (draft: Draft<SetBlock> = {}, map = false) => {
    this.OR([
      { ALT: () => this.SUBRULE(this.keyed, { ARGS: [draft, map] }) },
      { ALT: () => (draft.flags = this.SUBRULE(this.setFlags)) },
      { ALT: () => (draft.timeout = this.SUBRULE(this.timeout)) },
      { ALT: () => (draft.gcInterval = this.SUBRULE(this.gcInterval)) },
      { ALT: () => this.SUBRULE(this.mechanism, { ARGS: [draft] }) },
      { ALT: () => (draft.elements = this.onlyElements(map ? undefined : draft.elements)) },
      { ALT: () => (draft.comment = this.onlyComment(draft.comment)) },
      { ALT: () => this.ACTION(() => this.setStatements(draft)) },
    ]);
  });

  private readonly timeout: ParserMethod<[], NumberWord> = this.RULE('setTimeout', () => {
    this.CONSUME(T.Timeout);
    return this.ACTION(() => this.time());
  });

  private readonly gcInterval: ParserMethod<[], NumberWord> = this.RULE('setGcInterval', () => {
    this.CONSUME(T.GcInterval);
    return this.ACTION(() => this.time());
  });

  /** `size N`, `policy performance`, `auto-merge` */
  private readonly mechanism = this.RULE('mechanism', (draft: Draft<SetBlock> = {}) => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.Size);
          this.ACTION(() => (draft.size = this.number()));
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.Policy);
          this.ACTION(() => (draft.policy = this.anyOf(['memory', 'performance'])));
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.AutoMerge);
          draft.autoMerge = true;
        },
      },
    ]);
  });

  private readonly setFlags: ParserMethod<[], Word[]> = this.RULE('setFlags', () => {
    this.CONSUME(T.Flags);
    return this.ACTION(() => {
      const flags = [this.anyOf(setFlags)];
      while (this.take(T.Comma)) flags.push(this.anyOf(setFlags));
      return flags;
    });
  });

  private readonly elements: ParserMethod<[], Expr> = this.RULE('setElements', () => {
    this.CONSUME(T.Elements);
    this.CONSUME(T.Assign);
    return this.SUBRULE(this.elementList);
  });

  private onlyElements(before: Expr | undefined): Expr {
    const first = this.peek();
    const now = this.SUBRULE(this.elements);
    return before ? this.duplicated(this.spanOf(first), false) : now;
  }

  /** `{ … }` or a variable. */
  protected readonly elementList: ParserMethod<[], Expr> = this.RULE('elementList', () =>
    this.OR<Expr>([
      { ALT: () => this.SUBRULE(this.set) },
      { ALT: () => this.SUBRULE(this.variable) },
    ]),
  );

  private setStatements(draft: Draft<SetBlock>): void {
    const statements = this.statefulStatements();
    if (statements.length === 0) this.unexpected();
    draft.statements = [...(draft.statements ?? []), ...statements];
  }

  // ── Keys and data ──────────────────────────────────────────────────────────────────────────

  /** `type ipv4_addr . mark : verdict`, `typeof ip saddr : meta mark` */
  private readonly keyed = this.RULE('keyed', (draft: Draft<SetBlock> = {}, map = false) => {
    const first = this.peek();
    const key = this.OR<KeySpec>([
      { ALT: () => this.SUBRULE(this.typeKey) },
      { ALT: () => this.SUBRULE(this.typeofKey) },
    ]);
    this.ACTION(() => {
      const again = draft.key !== undefined;
      draft.key = key;
      if (map) this.dataSpec(key.by, draft);
      if (again) this.duplicated(map ? this.spanOf(first) : this.spanFrom(first), true);
    });
  });

  private readonly typeKey: ParserMethod<[], KeySpec> = this.RULE('typeKey', (): KeySpec => {
    const first = this.CONSUME(T.Type);
    const types = this.ACTION(() => this.within(first, () => this.typeNames()));
    return { by: 'type', types, span: this.spanFrom(first) };
  });

  private readonly typeofKey: ParserMethod<[], KeySpec> = this.RULE('typeofKey', (): KeySpec => {
    const first = this.CONSUME(T.Typeof);
    const expr = this.ACTION(() => this.typeofExpression());
    return { by: 'typeof', expr, span: this.spanFrom(first) };
  });

  private typeNames(): Word[] {
    const types: Word[] = [];
    do {
      const token = this.peek();
      if (!typeWords.has(token.image) && token.tokenType !== T.Name) this.unexpected();
      if (noTypes.has(token.image)) this.unexpected();
      if (!this.isType(token.image)) {
        this.refuse(`unknown datatype ${token.image}`, this.spanOf(token));
      }
      types.push(this.word(this.next()));
    } while (this.take(T.Dot));
    return types;
  }

  private typeofExpression(): Expr {
    return this.joined(() => {
      const begins = this.beginsSelector(this.peek()) || this.at(T.At);
      return begins ? this.value('primary') : this.unexpected();
    });
  }

  private dataSpec(by: 'type' | 'typeof', draft: Draft<SetBlock>): void {
    if (!this.take(T.Colon)) this.unexpected([T.Colon.name, T.Dot.name]);
    const object = this.objectData(by);
    if (object) {
      draft.data = object;
      return;
    }
    if (this.take(T.Interval)) draft.dataInterval = true;
    draft.data = this.dataOf(by);
  }

  /** Maps of objects whose kind two words name have a typeof for their keys. */
  private objectData(by: 'type' | 'typeof'): DataSpec | undefined {
    const first = this.peek();
    const most = by === 'typeof' ? 2 : 1;
    const row = this.objects.find(
      ({ words }) => words.length <= most && words.every((w, i) => this.reads(w, i + 1)),
    );
    if (!row) return undefined;
    for (const _ of row.words) this.next();
    const span = this.spanFrom(first);
    return { by: 'object', object: { text: row.row.name, span }, span };
  }

  private dataOf(by: 'type' | 'typeof'): DataSpec {
    const first = this.peek();
    if (by === 'typeof' && !this.reads('verdict')) {
      const expr = this.reads('queue') ? this.symbol(this.next()) : this.typeofExpression();
      return { by: 'typeof', expr, span: this.spanFrom(first) };
    }
    const types = this.typeNames();
    if (!this.at(T.Newline) && !this.at(T.Semicolon)) {
      this.unexpected([T.Newline.name, T.Semicolon.name, T.Dot.name]);
    }
    return { by: 'type', types, span: this.spanFrom(first) };
  }
}
