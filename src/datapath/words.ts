/**
 * Command lines of ip and sysctl, word by word, with errors as values.
 */

/** Why a command line is refused: what `ip` prints, or that it is not supported here. */
export class CommandError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

export const isError = (x: unknown): x is CommandError => x instanceof CommandError;

/** The words of a command line, taken from the left. */
export class Words {
  private readonly list: readonly string[];
  private at = 0;

  constructor(line: string) {
    this.list = line
      .trim()
      .split(/\s+/)
      .filter((w) => w !== '')
      .map((w) => w.replace(/^(['"])(.*)\1$/, '$2'));
  }

  get done(): boolean {
    return this.at >= this.list.length;
  }

  peek(): string | undefined {
    return this.list[this.at];
  }

  next(): string | undefined {
    return this.list[this.at++];
  }

  /** Takes the next word if it is this one. */
  take(word: string): boolean {
    if (this.list[this.at] !== word) return false;
    this.at++;
    return true;
  }

  /** The value behind a word that needs one. */
  value(of: string): string | CommandError {
    const word = this.next();
    return word ?? new CommandError(`Error: argument "${of}" needs a value.`);
  }
}

/** A number as iproute2 reads it: decimal, 0x…, 0…; within 0 … max. */
export function parseNumber(text: string, max = 0xffffffff): number | undefined {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) return undefined;
  const value = /^0\d+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
  return Number.isSafeInteger(value) && value <= max ? value : undefined;
}
