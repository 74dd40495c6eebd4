/**
 * getopt_long: arguments in order, options with theirs, abbreviations of long names.
 *
 * Owns the reading of argv; what options mean is the caller's. Arguments that belong to no option are
 * passed over, as the GNU library's permutation leaves them to the end.
 */

export interface OptionSpec {
  readonly letter?: string;
  readonly long: readonly string[];
  readonly argument: 'none' | 'required' | 'optional';
}

export type Read<T extends OptionSpec> =
  /** `attached`: its argument was glued to it (--dump=…, -Lconntrack). */
  | {
      readonly kind: 'option';
      readonly option: T;
      readonly value: string;
      readonly attached: boolean;
    }
  | { readonly kind: 'missing'; readonly text: string }
  | { readonly kind: 'unknown'; readonly text: string }
  | { readonly kind: 'end' };

export class Getopt<T extends OptionSpec> {
  private readonly argv: readonly string[];
  private options: readonly T[];
  private index = 0;
  /** Letters left of a group such as -LEz. */
  private letters = '';

  constructor(argv: readonly string[], options: readonly T[]) {
    this.argv = argv;
    this.options = options;
  }

  /** Further options from here on. */
  extend(options: readonly T[]): void {
    this.options = [...this.options, ...options];
  }

  /** Takes the next argument if it is no option: what an optional argument stands in. */
  takeArgument(): string | undefined {
    const next = this.argv[this.index];
    if (next === undefined || next.startsWith('-') || next.startsWith('!')) return undefined;
    this.index++;
    return next;
  }

  next(): Read<T> {
    if (this.letters !== '') return this.letter();
    for (;;) {
      const argument = this.argv[this.index];
      if (argument === undefined || argument === '--') return { kind: 'end' };
      this.index++;
      if (argument.startsWith('--')) return this.long(argument);
      if (argument.startsWith('-') && argument !== '-') {
        this.letters = argument.slice(1);
        return this.letter();
      }
    }
  }

  private letter(): Read<T> {
    const letter = this.letters[0]!;
    const rest = this.letters.slice(1);
    this.letters = rest;
    const text = this.argv[this.index - 1]!;
    const option = this.options.find((o) => o.letter === letter);
    if (!option) return { kind: 'unknown', text };
    if (option.argument === 'none') return { kind: 'option', option, value: '', attached: false };
    this.letters = '';
    if (rest !== '') return { kind: 'option', option, value: rest, attached: true };
    return this.withArgument(option, text);
  }

  private long(argument: string): Read<T> {
    const equals = argument.indexOf('=');
    const name = equals < 0 ? argument.slice(2) : argument.slice(2, equals);
    const exact = this.options.find((o) => o.long.includes(name));
    const begun = this.options.filter((o) => o.long.some((l) => l.startsWith(name)));
    const option = exact ?? (begun.length === 1 ? begun[0] : undefined);
    if (!option || (equals >= 0 && option.argument === 'none'))
      return { kind: 'unknown', text: argument };
    if (equals >= 0)
      return { kind: 'option', option, value: argument.slice(equals + 1), attached: true };
    if (option.argument === 'none') return { kind: 'option', option, value: '', attached: false };
    return this.withArgument(option, argument);
  }

  private withArgument(option: T, text: string): Read<T> {
    if (option.argument === 'optional')
      return { kind: 'option', option, value: '', attached: false };
    const value = this.argv[this.index];
    if (value === undefined) return { kind: 'missing', text };
    this.index++;
    return { kind: 'option', option, value, attached: false };
  }
}
