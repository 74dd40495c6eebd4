/**
 * What stands in the block of a table: its options, chains, sets, maps, flowtables and objects.
 */
import type { IToken, ParserMethod } from 'chevrotain';
import type {
  Args,
  Command,
  FlowtableBlock,
  Handle,
  ObjectBlock,
  TableBlock,
  Word,
} from './ast.ts';
import type { Draft } from './chains.ts';
import type { Token } from './lexer.ts';
import type { Phrase } from './phrase.ts';
import { Sets } from './sets.ts';
import * as T from './token.ts';
import type { ObjectSyntax } from './vocabulary.ts';

const tableFlags = ['dormant', 'owner', 'persist'];

type TableDraft = Draft<Omit<TableBlock, 'items'>> & { items: Command[] };

/** The table that things are added to. */
type Within = Pick<Handle, 'family' | 'table'>;

export abstract class Tables extends Sets {
  protected tableBlock(table: Within): TableBlock {
    const draft: TableDraft = { items: [] };
    const span = this.block(() => this.SUBRULE(this.tableLine, { ARGS: [draft, table] }));
    return { kind: 'table', ...draft, span };
  }

  /** One line of a table; true where its end was read as well. */
  private readonly tableLine = this.RULE(
    'tableLine',
    (draft: TableDraft = { items: [] }, table: Within = {}) => {
      const read = this.OR<unknown>([
        { ALT: () => (draft.comment = this.onlyComment(draft.comment)) },
        { ALT: () => (draft.flags = this.SUBRULE(this.tableFlags)) },
        {
          ALT: () => this.keepEnded(draft.items, this.SUBRULE(this.tableItem, { ARGS: [table] })),
        },
      ]);
      return read === true;
    },
  );

  private readonly tableFlags: ParserMethod<[], Word[]> = this.RULE('tableFlags', () => {
    const flags: Word[] = [];
    this.CONSUME(T.Flags);
    do {
      const token = this.CONSUME(T.Name);
      this.ACTION(() => {
        if (tableFlags.includes(token.image)) flags.push(this.word(token));
        else this.refuse(`unknown table option ${token.image}`, this.spanOf(token));
      });
    } while (this.take(T.Comma));
    return flags;
  });

  private readonly tableItem = this.RULE('tableItem', (table: Within = {}): Command => {
    const first = this.peek();
    const parts = this.OR<Omit<Command, 'kind' | 'verb' | 'span'>>([
      { ALT: () => this.SUBRULE(this.chainItem, { ARGS: [table] }) },
      { ALT: () => this.SUBRULE(this.setItem, { ARGS: [table] }) },
      { ALT: () => this.SUBRULE(this.flowtableItem, { ARGS: [table] }) },
      { ALT: () => this.SUBRULE(this.objectItem, { ARGS: [table] }) },
    ]);
    return { kind: 'command', verb: 'add', ...parts, span: this.spanFrom(first) };
  });

  private readonly chainItem = this.RULE('chainItem', (table: Within = {}) => {
    const first = this.CONSUME(T.Chain);
    return this.ACTION(() => {
      const handle = { ...table, chain: this.identifier(), span: this.spanFrom(first) };
      return { object: 'chain', handle, block: this.chainBlock(true) };
    });
  });

  private readonly setItem = this.RULE('setItem', (table: Within = {}) => {
    const first = this.OR<Token>([
      { ALT: () => this.CONSUME(T.SetWord) as Token },
      { ALT: () => this.CONSUME(T.MapWord) as Token },
    ]);
    return this.ACTION(() => {
      const handle = { ...table, name: this.identifier(), span: this.spanFrom(first) };
      const map = first.tokenType === T.MapWord;
      return { object: first.image, handle, block: this.setBlock(map, true) };
    });
  });

  private readonly flowtableItem = this.RULE('flowtableItem', (table: Within = {}) => {
    const first = this.CONSUME(T.Flowtable);
    return this.ACTION(() => {
      const handle = { ...table, name: this.identifier(), span: this.spanFrom(first) };
      return { object: 'flowtable', handle, block: this.flowtableBlock(true) };
    });
  });

  private readonly objectItem = this.RULE('objectItem', (table: Within = {}) => {
    const first = this.CONSUME(T.Lead);
    return this.ACTION(() => {
      const row = this.objectLedBy(first);
      const handle = { ...table, name: this.identifier(), span: this.spanFrom(first) };
      const block = this.objectBlock(row, true);
      this.scopes.pop();
      return { object: row.name, handle, block };
    });
  });

  // ── Flowtables and objects ─────────────────────────────────────────────────────────────────

  protected flowtableBlock(item = false): FlowtableBlock {
    const draft: Draft<FlowtableBlock> = {};
    const line = () => {
      const read: Draft<FlowtableBlock> = { ...draft };
      const ended = this.reads('counter');
      this.SUBRULE(this.flowtableLine, { ARGS: [read] });
      if (!ended) this.separator();
      Object.assign(draft, read);
      return true;
    };
    const span = this.block(line, true, item);
    return { kind: 'flowtable', ...draft, span };
  }

  private readonly flowtableLine = this.RULE(
    'flowtableLine',
    (draft: Draft<FlowtableBlock> = {}) => {
      this.OR([
        { ALT: () => (draft.hook = this.SUBRULE(this.flowtableHook)) },
        { ALT: () => (draft.devices = this.SUBRULE(this.devices)) },
        { ALT: () => (draft.flags = this.SUBRULE(this.offload)) },
        { ALT: () => (draft.comment = this.onlyComment(draft.comment)) },
        {
          GATE: () => this.reads('counter'),
          ALT: () => {
            this.CONSUME(T.Lead);
            draft.counter = true;
          },
        },
      ]);
    },
  );

  private readonly flowtableHook = this.RULE('flowtableHook', () => {
    const first = this.CONSUME(T.Hook);
    const hook = this.word(this.CONSUME(T.Name));
    const priority = this.SUBRULE(this.priority);
    return { hook, priority, span: this.spanFrom(first) };
  });

  /**
   * The named object whose words stand next; takes them and opens the scope of the first. Of the
   * second words, `more` could stand here as well.
   */
  protected objectHere(more: readonly string[] = []): ObjectSyntax | undefined {
    if (!this.objects.some(({ words }) => this.reads(words[0]!))) return undefined;
    return this.objectLedBy(this.next(), more);
  }

  /** The named object whose first word was taken; takes the others. */
  private objectLedBy(first: IToken, more: readonly string[] = []): ObjectSyntax {
    const led = this.objects.filter(({ words }) => words[0] === first.image);
    const found = led.find(({ words }) => words.slice(1).every((w, i) => this.reads(w, i + 1)));
    if (led.length === 0) {
      if (this.opens(first as Token)) this.scopes.push(first.image);
      return this.unexpected([], first);
    }
    this.scopes.push(first.image);
    if (!found) return this.unexpected([...led.map(({ words }) => words[1]!), ...more]);
    for (const _ of found.words.slice(1)) this.next();
    return found.row;
  }

  protected objectBlock(row: ObjectSyntax, item = false): ObjectBlock {
    /** What each kind of line said last. */
    const said = new Map<Phrase, Args>();
    let comment: Word | undefined;
    const line = () => {
      if (this.at(T.Comment)) {
        comment = this.onlyComment(comment, false);
        return true;
      }
      const phrase = row.lines.find((line) => this.begins(line));
      // What was skipped may have taken the words of the block away.
      const isText = phrase?.[0]?.item === 'str';
      if (this.at(T.Name) && !this.isScoped() && !isText) return this.unexpected();
      if (!phrase) return this.unexpected();
      const parts = {};
      this.sequence(phrase, parts);
      const wrong = row.wrong?.(parts, Object.assign({}, ...said.values()));
      if (wrong) {
        this.separator();
        this.refuse(wrong.message, wrong.span);
      }
      said.set(phrase, parts);
      return false;
    };
    const span = this.block(line, !row.bare, item);
    const args = Object.assign({}, ...said.values()) as Args;
    return { kind: 'object', args, ...(comment && { comment }), span };
  }

  /** The lines of an object without braces. */
  protected bareObject(row: ObjectSyntax): ObjectBlock {
    const first = this.peek();
    const args = {};
    this.sequence([{ item: 'options', of: row.lines }], args);
    return { kind: 'object', args, span: this.spanFrom(first) };
  }
}
