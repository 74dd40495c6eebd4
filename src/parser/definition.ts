/**
 * What `define` says: names and their values, a scope for each block.
 *
 * Mirrors nft's struct scope and symbols: an inner block sees the outer ones' names, its own end
 * with it; nothing is seen before it is defined.
 */
import type { Expr } from './ast.ts';
import { nearest } from './misspell.ts';

/** `$name` in a text; before a digit the sign is one of the text. */
const IN_TEXT = /\$(?!\d)([A-Za-z0-9_]*)/g;

/** The outermost one, a table, a chain, and a chain of a rule in it. */
const MAX_SCOPES = 4;

export class Definitions {
  private readonly scopes: Map<string, Expr>[] = [new Map()];

  /** False where nft has no room for another block in these (SCOPE_NEST_MAX). */
  open(): boolean {
    return this.scopes.push(new Map()) <= MAX_SCOPES;
  }

  close(): void {
    this.scopes.pop();
  }

  /** Forgets all blocks but the outermost. */
  outermost(): void {
    this.scopes.length = 1;
  }

  lookup(name: string): Expr | undefined {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const found = this.scopes[i]!.get(name);
      if (found) return found;
    }
    return undefined;
  }

  /** False where the name is defined already: here or around. */
  define(name: string, value: Expr): boolean {
    if (this.lookup(name)) return false;
    this.scopes.at(-1)!.set(name, value);
    return true;
  }

  redefine(name: string, value: Expr): void {
    this.undefine(name);
    this.scopes.at(-1)!.set(name, value);
  }

  /** Forgets a name of this block; one that is not there is no error, as with nft. */
  undefine(name: string): void {
    this.scopes.at(-1)!.delete(name);
  }

  /**
   * The message for a name that is not defined, with the defined one that looks most like it
   * (of several the latest, of the innermost block).
   * `quote`: nft's closing quote there.
   */
  unknown(name: string, quote = '’'): string {
    const names = this.scopes.flatMap((scope) => [...scope.keys()]).reverse();
    const meant = nearest(name, names);
    const hint = meant === undefined ? '' : `; did you mean identifier '${meant}${quote}?`;
    return `unknown identifier '${name}'${hint}`;
  }

  /** A text with the words that its `$name` stand for; `refuse` ends it. */
  expand(text: string, refuse: (message: string) => never): string {
    return text.replace(IN_TEXT, (_, name: string) => {
      const value = this.lookup(name);
      if (!value) return refuse(this.unknown(name, "'"));
      if (value.kind === 'symbol') return value.text;
      return refuse(`nftsim does not support '$${name}' in a text: it is not one word`);
    });
  }
}
