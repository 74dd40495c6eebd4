/**
 * Walks the phrases of the vocabulary: one interpreter for what follows every leading word.
 *
 * Decides by the next token, as nft's grammar does; where parts begin alike (`ip to`, `ip saddr`) it
 * looks as far ahead as their fixed words go. While a phrase is open its words are no names, as in
 * the start conditions of nft's scanner. Names no word.
 */
import type { Arg, Args, Choice, Expr, Word } from './ast.ts';
import { Cursor, type CursorOptions } from './cursor.ts';
import type { Token } from './lexer.ts';
import { type ExprLevel, type Item, kw, type Phrase } from './phrase.ts';
import { firstNames, fixedWords, isOptional, label, namesOfWord, startOf } from './phrase-shape.ts';
import { milliseconds } from './time.ts';
import * as T from './token.ts';

type Parts = Record<string, Arg>;

/** One of the phrases of an `alt`. */
interface Branch {
  readonly which: string;
  readonly phrase: Phrase;
}

type ItemOf<K extends Item['item']> = Extract<Item, { item: K }>;

/** Values behind which nothing is looked for. */
const CLOSED: ReadonlySet<ExprLevel> = new Set([
  ...(['primary', 'code', 'setref', 'tableref', 'elements', 'metered'] as const),
]);

export abstract class Phrases extends Cursor {
  /** The phrases of a leading word, for the words that they reserve. */
  private readonly phrasesOf: (word: string) => readonly Phrase[];
  /** Offset of the word that leads the innermost phrase. */
  private phraseStart = 0;
  /** Offset of the token before which the last optional part was left out. */
  private declined = -1;
  /** What could have stood where an optional part was left out. */
  private missed = { at: -1, names: [] as string[] };
  private readonly wordsOf = new Map<string, ReadonlySet<string>>();
  private readonly branches = new Map<Item, readonly Branch[]>();

  constructor(options: CursorOptions, phrasesOf: (word: string) => readonly Phrase[]) {
    super(options);
    this.phrasesOf = phrasesOf;
  }

  protected abstract value(level: ExprLevel): Expr;
  /** True where an expression of this level can begin at the token. */
  protected abstract beginsValue(token: Token, level: ExprLevel): boolean;

  /** Reads what follows the leading word `scope`; `open`: something of the phrase might follow it. */
  protected phrase(scope: string, items: Phrase, open?: (args: Args) => boolean): Args {
    const parts: Parts = {};
    this.missed.at = -1;
    const outer = this.phraseStart;
    this.phraseStart = this.peek(0).startOffset;
    this.scopes.push(scope);
    this.sequence(items, parts);
    if (open?.(parts) || this.declined === this.peek().startOffset) this.claim();
    this.scopes.pop();
    this.phraseStart = outer;
    return parts;
  }

  /** The next word was looked at while the phrase was open: one of its words is no name behind it. */
  protected claim(): void {
    const token = this.peek();
    if (token.tokenType !== T.Name || T.literals.has(token.image)) return;
    if (!this.scopeHas(token.image)) return;
    token.tokenType = T.Lead;
    token.tokenTypeIdx = T.Lead.tokenTypeIdx!;
  }

  protected override opens({ image, tokenType }: Token): boolean {
    if (tokenType !== T.Lead) return T.openers.has(tokenType);
    return !T.bare.has(image) && this.phrasesOf(image).length > 0;
  }

  protected override scopeHas(word: string): boolean {
    const scope = this.scopes.at(-1) ?? '';
    const only = T.opened.get(scope);
    if (only) return only.includes(word);
    return this.reserved().has(word) || T.openedBesides.get(scope)?.includes(word) === true;
  }

  /** The words of the innermost open phrase. */
  protected reserved(): ReadonlySet<string> {
    const scope = this.scopes.at(-1) ?? '';
    let words = this.wordsOf.get(scope);
    if (!words) {
      words = new Set(this.phrasesOf(scope).flatMap(fixedWords));
      this.wordsOf.set(scope, words);
    }
    return words;
  }

  /** `after` is the part that follows the sequence. */
  protected sequence(items: Phrase, into: Parts, after?: Item): void {
    for (let i = 0; i < items.length; i++) this.item(items, i, into, after);
  }

  private item(items: Phrase, i: number, into: Parts, after?: Item): void {
    const item = items[i]!;
    switch (item.item) {
      case 'kw':
        for (const text of item.words) {
          if (!this.reads(text)) this.unexpected([label(text)]);
          this.next();
        }
        return;
      case 'choice':
        into[item.name] = this.oneOf(item.words);
        return;
      case 'word':
        into[item.name] = this.anyWord(item, items[i + 1] ?? after);
        return;
      case 'num':
        into[item.name] = this.number();
        return;
      case 'str':
        into[item.name] = this.text(item);
        return;
      case 'expr':
        into[item.name] = this.value(item.level);
        // What might have made more of it was looked for.
        if (!CLOSED.has(item.level)) this.declined = this.peek().startOffset;
        return;
      case 'time':
        into[item.name] = item.unit ? this.time() : this.time(T.Num);
        return;
      case 'opt':
        if (this.begins(item.items) && this.enters(item.items, items, i + 1)) {
          this.sequence(item.items, into, items[i + 1] ?? after);
          return;
        }
        this.declined = this.peek().startOffset;
        if (item.listed) this.miss(item.items);
        return;
      case 'alt':
        into[item.name] = this.alternative(item);
        return;
      case 'options':
        this.optionsOf(item.of, into);
        return;
      case 'fork':
        this.sequence(item.of.find((of) => this.begins(of)) ?? this.noneOf(item.of), into);
        return;
      case 'judged':
        this.judged(item, into, items[i + 1] ?? after);
        return;
      case 'end':
        this.expect(T.Newline, T.Semicolon);
        return;
      case 'many':
        into[item.name] = [...((into[item.name] as Arg[] | undefined) ?? []), ...this.manyOf(item)];
        if (item.separator === ',' && items[i + 1]) this.miss([kw(item.separator)]);
        return;
      case 'block':
        this.blockOf(item.of, into);
        return;
    }
  }

  private miss(phrase: Phrase): void {
    const at = this.peek().startOffset;
    const before = this.missed.at === at ? this.missed.names : [];
    this.missed = { at, names: [...before, ...firstNames(phrase)] };
  }

  protected override unexpected(expected: readonly string[] = [], token = this.peek()): never {
    const more = expected.length > 0 && this.missed.at === token.startOffset;
    return super.unexpected(more ? [...this.missed.names, ...expected] : expected, token);
  }

  private oneOf(words: readonly string[]): Word {
    if (!this.readsAny(words)) this.unexpected(words.map((w) => label(w)));
    return this.word(this.next());
  }

  /** nft's empty parts begin with the last character before them. */
  private judged(item: ItemOf<'judged'>, into: Parts, following: Item | undefined): void {
    const before = this.spanOf(this.peek(0));
    const first = this.peek();
    this.sequence(item.of, into, following);
    const wrong = item.judge(into);
    if (wrong === undefined) return;
    const [start] = item.of;
    const isShort =
      start?.item === 'opt' && !start.items.some((i) => 'name' in i && i.name in into);
    const span = this.spanFrom(first);
    this.refuse(wrong, isShort ? { ...span, start: before.end - 1 } : span);
  }

  private anyWord(item: ItemOf<'word'>, following: Item | undefined): Word {
    const token = this.peek();
    const isName = token.tokenType === T.Name && !this.scopeHas(token.image);
    const wrong = isName ? item.judge?.(token.image, this.peek(2).image) : undefined;
    if (wrong !== undefined) {
      const number = this.peek(0);
      this.next();
      this.refuse(wrong, this.spanFrom(number));
    }
    if (following?.item === 'kw' && following.words[0] === '/') this.split(token);
    if (item.or) {
      if (!this.beginsItem(item, 1)) this.unexpected([T.Name.name, ...item.or]);
      return this.word(this.next());
    }
    const known = item.known === undefined || item.known.includes(this.peek().image);
    if (known && this.isWord(token)) return this.word(this.next());
    if (item.unknown === undefined || token.tokenType !== T.Name) {
      return this.unexpected(namesOfWord(item));
    }
    const { message, whole } = item.unknown;
    this.next();
    // What is set to it belongs to the place.
    if (whole && this.take(T.SetWord)) this.value('stmt');
    const span = this.spanFrom(token);
    const start = whole ? this.phraseStart : span.start;
    return this.refuse(message.replace('%s', token.image), { ...span, start });
  }

  /** `mbytes/second` is one name to the lexer: cuts it at the slash. */
  private split(token: Token): void {
    const slash = token.image.indexOf('/');
    if (slash <= 0 || token.tokenType !== T.Name) return;
    this.cut(token, slash, T.Slash, T.Name);
  }

  private text(item: ItemOf<'str'>): Word {
    if (this.at(T.Name) && this.isScoped()) this.unexpected(firstNames([item]));
    if ('expand' in item && item.expand) {
      const written = this.word(this.expect(T.Name, T.Quoted, T.Wildcard));
      const refuse = (message: string) => this.refuse(message, written.span);
      return { ...written, text: this.definitions.expand(written.text, refuse) };
    }
    if (item.quoted) return this.word(this.expect(T.Quoted));
    return this.word(this.expect(T.Name, T.Quoted, T.Wildcard));
  }

  /** `1d2h`; a bare number of seconds where `others` has numbers. */
  protected time(...others: (typeof T.Num)[]) {
    if (others.includes(this.LA(1).tokenType)) {
      const { value, span } = this.number();
      return { value: Number(value) * 1000, span };
    }
    const token = this.expectOf([T.Name], [...others, T.Name]);
    const value = milliseconds(token.image);
    if (typeof value === 'string') return this.refuse(value, this.spanOf(token));
    return { value, span: this.spanOf(token) };
  }

  private alternative(item: ItemOf<'alt'>): Choice {
    const all = this.branchesOf(item);
    const chosen = this.chosenOf(all) ?? all.find(({ phrase }) => phrase.every(isOptional));
    if (!chosen) return this.noneOf(all.map(({ phrase }) => phrase));
    return this.choice(chosen.which, chosen.phrase);
  }

  /** Refuses the next token, with which none of some phrases begins. */
  protected noneOf(phrases: readonly Phrase[]): never {
    const granted = phrases.filter((phrase) => startOf(phrase) > 0);
    const due = granted.length > 0 ? granted : phrases;
    return this.unexpected(due.flatMap((phrase) => firstNames(phrase)));
  }

  /** The one that the next words begin; of several, the first whose fixed words are all there. */
  private chosenOf(all: readonly Branch[]): Branch | undefined {
    let only: Branch | undefined;
    for (const branch of all) {
      if (!this.begins(branch.phrase)) continue;
      if (only) return this.fittingOf(all);
      only = branch;
    }
    return only;
  }

  private fittingOf(all: readonly Branch[]): Branch {
    const phrases = all.filter(({ phrase }) => this.begins(phrase));
    const fitting = phrases.find(({ phrase }) => this.fits(phrase));
    return fitting ?? this.divergence(phrases.map(({ phrase }) => phrase));
  }

  private branchesOf(item: ItemOf<'alt'>): readonly Branch[] {
    let branches = this.branches.get(item);
    if (!branches) {
      branches = Object.entries(item.of).map(([which, phrase]) => ({ which, phrase }));
      this.branches.set(item, branches);
    }
    return branches;
  }

  /** Refuses the first token that none of some phrases, all begun alike, goes on with. */
  private divergence(phrases: readonly Phrase[]): never {
    let open = phrases;
    while (open.every(([item]) => item?.item === 'kw' && this.reads(item.words[0]!))) {
      this.next();
      open = open.map(([, ...rest]) => rest);
    }
    return this.unexpected(open.flatMap((phrase) => firstNames(phrase)));
  }

  private choice(which: string, phrase: Phrase): Choice {
    const first = this.peek();
    const args: Parts = {};
    this.sequence(phrase, args);
    return { which, args, span: this.spanFrom(first) };
  }

  private optionsOf(of: readonly Phrase[], into: Parts): void {
    for (;;) {
      const next = of.find((phrase) => this.begins(phrase));
      if (!next) break;
      this.sequence(next, into);
    }
    this.declined = this.peek().startOffset;
  }

  private manyOf(item: ItemOf<'many'>): Arg[] {
    const found: Arg[] = [];
    const named = item.of.filter((part) => 'name' in part);
    do {
      const one = this.choice('', item.of);
      found.push(named.length === 1 ? one.args[(named[0] as { name: string }).name]! : one);
    } while (item.separator === undefined ? this.begins(item.of) : this.takeSign(item.separator));
    this.declined = this.peek().startOffset;
    return found;
  }

  private takeSign(sign: string): boolean {
    if (!this.reads(sign)) return false;
    this.next();
    return true;
  }

  private blockOf(of: readonly Phrase[], into: Parts): void {
    this.expect(T.BraceOpen);
    while (!this.take(T.BraceClose)) {
      if (this.take(T.Newline) || this.take(T.Semicolon)) continue;
      const line = of.find((phrase) => this.begins(phrase));
      if (!line) this.unexpected(of.flatMap((phrase) => firstNames(phrase)));
      this.sequence(line, into);
      this.expect(T.Newline, T.Semicolon);
    }
  }

  /**
   * Whether an optional part whose first word is there is entered: its fixed words are all there, or
   * nothing that may follow could begin with it.
   */
  private enters(optional: Phrase, items: Phrase, following: number): boolean {
    if (this.fits(optional)) return true;
    return !this.begins(items.slice(following));
  }

  /** Whether the token `ahead` can be the first of a phrase. */
  protected begins(phrase: Phrase, ahead = 1): boolean {
    for (const item of phrase) {
      if (this.beginsItem(item, ahead)) return true;
      if (!isOptional(item)) return false;
    }
    return false;
  }

  private beginsItem(item: Item, ahead: number): boolean {
    const token = this.peek(ahead);
    switch (item.item) {
      case 'kw':
        return this.reads(item.words[0]!, ahead);
      case 'choice':
        return this.readsAny(item.words, ahead);
      case 'word':
        if (item.or) {
          if (item.or.includes(token.image)) return token.tokenType !== T.Quoted;
          return token.tokenType === T.Name && !this.scopeHas(token.image);
        }
        return this.isWord(token) && (item.known?.includes(token.image) ?? true);
      case 'num':
        return token.tokenType === T.Num;
      case 'str':
        if (token.tokenType === T.Quoted) return true;
        return !item.quoted && (token.tokenType === T.Name || token.tokenType === T.Wildcard);
      case 'time':
        return token.tokenType === T.Name || token.tokenType === T.Num;
      case 'expr':
        return this.beginsValue(token, item.level);
      case 'opt':
        return this.begins(item.items, ahead);
      case 'alt':
        return this.branchesOf(item).some(({ phrase }) => this.begins(phrase, ahead));
      case 'options':
      case 'fork':
        return item.of.some((phrase) => this.begins(phrase, ahead));
      case 'end':
        return token.tokenType === T.Newline || token.tokenType === T.Semicolon;
      case 'many':
      case 'judged':
        return this.begins(item.of, ahead);
      case 'block':
        return token.tokenType === T.BraceOpen;
    }
  }

  /** Whether the words of a phrase are there, up to its first part that is not fixed. */
  private fits(phrase: Phrase, ahead = 1): boolean {
    const item = phrase[0];
    if (item === undefined) return true;
    const rest = phrase.slice(1);
    switch (item.item) {
      case 'kw':
        return (
          item.words.every((text, i) => this.reads(text, ahead + i)) &&
          this.fits(rest, ahead + item.words.length)
        );
      case 'choice':
        return this.beginsItem(item, ahead) && this.fits(rest, ahead + 1);
      case 'judged':
        return this.fits([...item.of, ...rest], ahead);
      case 'opt':
        return this.fits([...item.items, ...rest], ahead) || this.fits(rest, ahead);
      case 'alt':
        return Object.values(item.of).some((of) => this.fits([...of, ...rest], ahead));
      default:
        return isOptional(item) || this.beginsItem(item, ahead);
    }
  }

  protected isWord(token: Token): boolean {
    const { tokenType } = token;
    return tokenType === T.Name || tokenType === T.Lead || T.reserved.has(token.image);
  }
}
