/**
 * What `define` says: names and their values, a scope for each block.
 *
 * Mirrors nft's struct scope and symbols: an inner block sees the outer ones' names, its own end
 * with it; nothing is seen before it is defined.
 */
import type { Expr } from './ast.ts';
import { nearest } from './misspell.ts';

export class Definitions {
  private readonly scopes: Map<string, Expr>[] = [new Map()];

  open(): void {
    this.scopes.push(new Map());
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
    this.scopes.at(-1)!.set(name, value);
  }

  /** Forgets a name of this block; one that is not there is no error, as with nft. */
  undefine(name: string): void {
    this.scopes.at(-1)!.delete(name);
  }

  /** The defined name that looks most like this one. */
  suggest(name: string): string | undefined {
    return nearest(
      name,
      this.scopes.flatMap((scope) => [...scope.keys()]),
    );
  }
}
