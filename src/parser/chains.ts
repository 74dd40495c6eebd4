/**
 * The blocks of the language, and what stands in a chain's.
 *
 * Every block is a list of lines, each ended by a newline or a semicolon; a line that cannot be read
 * is skipped and the block goes on. `define` and `include` may stand in each.
 */
import type { IToken, ParserMethod, TokenType } from 'chevrotain';
import type {
  ChainBlock,
  Expr,
  HookSpec,
  NumberWord,
  Priority,
  Rule,
  Span,
  SymbolExpr,
  Word,
} from './ast.ts';
import { Refusal } from './cursor.ts';
import { Statements } from './statements.ts';
import * as T from './token.ts';

/** A node while its lines are read. */
export type Draft<B> = { -readonly [K in keyof B]?: B[K] };

type ChainDraft = Draft<Omit<ChainBlock, 'rules'>> & { rules: Rule[] };

/** What lines of chains begin with that are no rules. */
const setsUpChain: ReadonlySet<TokenType> = new Set([
  ...[T.Type, T.Policy, T.Flags, T.Devices, T.Comment],
]);

const chainTypes = ['filter', 'nat', 'route'];

export abstract class Chains extends Statements {
  /** `define`, `include`, …: true if one stood here and was read, with its end. */
  protected abstract common(): boolean;

  /**
   * `line` reads one; true where it needs no end, or has it. Of an `item` of another block the end is
   * waited for as well: until it comes, the block goes on.
   */
  protected block(line: () => boolean, separated = true, item = false): Span {
    const open = this.expect(T.BraceOpen);
    const one = () => {
      if (this.take(T.Newline) || this.take(T.Semicolon) || this.common()) return;
      const ended = line();
      if (!ended && separated) this.separator();
    };
    this.definitions.open();
    try {
      for (;;) {
        while (!this.at(T.BraceClose)) this.recovering(one);
        const span = this.spanFrom(open);
        this.next();
        if (!item || this.at(T.Newline) || this.at(T.Semicolon)) return span;
        this.recovering(() => this.separator());
      }
    } finally {
      this.definitions.close();
    }
  }

  /** A message lists `more` with it. */
  protected separator(...more: TokenType[]): void {
    this.expectOf([T.Newline, T.Semicolon], [T.Newline, T.Semicolon, ...more]);
  }

  /** What may be there once only: with a second one the block is given up. */
  protected duplicated(span: Span, separated: boolean): never {
    if (separated) this.separator();
    const message = 'You can only specify this once. This statement is duplicated.';
    throw new Refusal({ severity: 'error', message, spans: [span] }, true);
  }

  /** The comment of a block; `before`: the one that is there already. */
  protected onlyComment(before: Word | undefined, separated = true): Word {
    const first = this.peek();
    const now = this.SUBRULE(this.comment);
    return before ? this.duplicated(this.spanFrom(first), separated) : now;
  }

  protected chainBlock(item = false): ChainBlock {
    const draft: ChainDraft = { rules: [] };
    const span = this.block(
      () => {
        if (!setsUpChain.has(this.LA(1).tokenType)) {
          return this.keepEnded(draft.rules, this.SUBRULE(this.rule));
        }
        this.SUBRULE(this.chainLine, { ARGS: [draft] });
        return false;
      },
      true,
      item,
    );
    return { kind: 'chain', ...draft, span };
  }

  /** Rules only: what cannot be read there ends the line that the block stands in. */
  protected override subchainBlock(): ChainBlock {
    const open = this.expect(T.BraceOpen);
    const rules: Rule[] = [];
    while (!this.take(T.BraceClose)) {
      if (this.take(T.Newline) || this.take(T.Semicolon)) continue;
      const rule = this.SUBRULE(this.rule);
      this.separator();
      rules.push(rule);
    }
    return { kind: 'chain', rules, span: this.spanFrom(open) };
  }

  /** A line of a chain that is no rule. */
  private readonly chainLine = this.RULE('chainLine', (draft: ChainDraft = { rules: [] }) => {
    this.OR<unknown>([
      { ALT: () => (draft.hook = this.SUBRULE(this.hookSpec)) },
      { ALT: () => (draft.policy = this.SUBRULE(this.policy, { ARGS: [draft.policy] })) },
      { ALT: () => (draft.flags = this.SUBRULE(this.offload)) },
      { ALT: () => (draft.devices = this.SUBRULE(this.devices)) },
      { ALT: () => (draft.comment = this.onlyComment(draft.comment)) },
    ]);
  });

  /** What a refused end follows is not kept. */
  protected keepEnded<N>(list: N[], node: N): boolean {
    this.ACTION(() => {
      this.separator();
      list.push(node);
    });
    return true;
  }

  /** `type filter hook ingress device eth0 priority filter` */
  private readonly hookSpec: ParserMethod<[], HookSpec> = this.RULE('hookSpec', () => {
    const first = this.CONSUME(T.Type);
    const type = this.word(this.CONSUME(T.Name));
    this.CONSUME(T.Hook);
    this.ACTION(() => this.notLast([T.Name]));
    const hook = this.word(this.CONSUME2(T.Name));
    const devices = this.OPTION(() =>
      this.OR([
        { ALT: () => [this.SUBRULE(this.device)] },
        { ALT: () => this.SUBRULE(this.devices) },
      ]),
    );
    const priority = this.SUBRULE(this.priority);
    this.ACTION(() => {
      if (!chainTypes.includes(type.text)) this.refuse('unknown chain type', type.span);
    });
    return { type, hook, ...(devices && { devices }), priority, span: this.spanFrom(first) };
  });

  /** `last` is a name, but of no hook and no priority. */
  private notLast(expected: readonly TokenType[] = []): void {
    if (this.reads('last')) this.unexpected(expected.map(({ name }) => name));
  }

  private readonly device: ParserMethod<[], Expr> = this.RULE('hookDevice', () => {
    this.CONSUME(T.Device);
    return this.OR<Expr>([
      { ALT: () => this.symbol(this.CONSUME(T.Name)) },
      { ALT: () => this.symbol(this.CONSUME(T.Quoted)) },
      { ALT: () => this.symbol(this.CONSUME(T.Wildcard)) },
      { ALT: () => this.SUBRULE(this.variable) },
    ]);
  });

  /** `devices = { a, b }` */
  protected readonly devices: ParserMethod<[], Expr[]> = this.RULE('deviceSet', () => {
    this.CONSUME(T.Devices);
    this.CONSUME(T.Assign);
    return this.OR([
      { ALT: () => this.SUBRULE(this.deviceList) },
      { ALT: () => [this.SUBRULE(this.variable)] },
    ]);
  });

  private readonly deviceList: ParserMethod<[], Expr[]> = this.RULE('deviceList', () => {
    const devices: Expr[] = [];
    this.CONSUME(T.BraceOpen);
    devices.push(this.SUBRULE(this.deviceName));
    // Unlike in other lists a line may end behind the last comma only.
    this.ACTION(() => {
      while (this.take(T.Comma)) {
        if (this.take(T.Newline)) continue;
        if (!this.at(T.Name) && !this.at(T.Quoted) && !this.at(T.Dollar)) continue;
        devices.push(this.SUBRULE(this.deviceName));
      }
      this.closeList();
    });
    return devices;
  });

  private readonly deviceName: ParserMethod<[], Expr> = this.RULE('deviceName', () =>
    this.OR<Expr>([
      { ALT: () => this.symbol(this.CONSUME(T.Name)) },
      { ALT: () => this.symbol(this.CONSUME(T.Quoted)) },
      { ALT: () => this.SUBRULE(this.variable) },
    ]),
  );

  /** `flags offload` */
  protected readonly offload: ParserMethod<[], Word[]> = this.RULE('offloadFlag', () => {
    this.CONSUME(T.Flags);
    return this.ACTION(() => {
      if (!this.reads('offload')) this.unexpected(['offload']);
      return [this.word(this.next())];
    });
  });

  /** `priority filter + 10`, `priority -5`, `priority $p` */
  protected readonly priority: ParserMethod<[], Priority> = this.RULE('hookPriority', () => {
    const first = this.CONSUME(T.Priority);
    this.ACTION(() => this.notLast());
    const spanned = <P>(parts: P) => ({ ...parts, span: this.spanFrom(first) });
    return this.OR<Priority>([
      { ALT: () => spanned({ base: this.SUBRULE(this.variable) }) },
      { ALT: () => spanned({ base: this.SUBRULE(this.integer) }) },
      { ALT: () => spanned(this.namedPriority(this.CONSUME(T.Name))) },
      {
        GATE: () => this.reads('out'),
        ALT: () => spanned(this.namedPriority(this.CONSUME(T.Lead))),
      },
    ]);
  });

  private namedPriority(name: IToken): Pick<Priority, 'base' | 'offset'> {
    const base = this.symbol(name);
    const sign = this.take(T.Plus) ?? this.take(T.Dash);
    if (!sign) return { base };
    const { value, span } = this.number();
    const offset: NumberWord = { value: sign.tokenType === T.Dash ? -value : value, span };
    return { base, offset };
  }

  /** A number that may have a sign. */
  protected readonly integer: ParserMethod<[], SymbolExpr> = this.RULE('integer', () => {
    const dash = this.OPTION(() => this.CONSUME(T.Dash));
    const number = this.CONSUME(T.Num);
    return this.ACTION(() => {
      const symbol = this.symbol(number);
      return dash ? { ...symbol, text: `-${symbol.text}`, span: this.spanFrom(dash) } : symbol;
    });
  });

  private readonly policy = this.RULE('chainPolicy', (before?: Expr): Expr => {
    const first = this.CONSUME(T.Policy);
    this.ACTION(() => this.scopes.push(first.image));
    const value = this.OR<Expr>([
      { ALT: () => this.symbol(this.CONSUME(T.Accept)) },
      { ALT: () => this.symbol(this.CONSUME(T.Drop)) },
      { ALT: () => this.SUBRULE(this.variable) },
    ]);
    this.ACTION(() => this.scopes.pop());
    if (before) this.refuse('you cannot set chain policy twice', this.spanFrom(first));
    return value;
  });
}
