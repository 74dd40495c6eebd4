/** From text to bytecode: a table of its own, told of rules one by one. */

import { DEFAULT_RELEASE, profileOf } from '../../../src/datapath/releases.ts';
import { sentText } from '../../../src/eval/bytecode/request.ts';
import { emptyRuleset, evaluate, type Ruleset } from '../../../src/eval/index.ts';
import type { Machine } from '../../../src/eval/ruleset/machine.ts';
import type { Family } from '../../../src/parser/ast.ts';
import { commandLine } from '../../../src/parser/index.ts';
import { nftParser } from '../../../src/replay/language.ts';

const machine: Machine = {
  profile: profileOf(DEFAULT_RELEASE)!,
  ifindex: (name) => (name === 'lo' ? 1 : undefined),
  ifname: (index) => (index === 1 ? 'lo' : undefined),
  canOffload: () => false,
  uptime: () => 1000,
};

export interface Bytecode {
  /** The first message. */
  readonly error?: string;
  readonly text: string;
  /** What listing commands printed. */
  readonly output: string;
}

export interface Table {
  /** Runs commands that are to succeed. */
  run(text: string): void;
  /** What a listing command prints. */
  output(text: string): string;
  /** How a rule of the chain `c` is listed. */
  listed(text: string): string;
  /** The bytecode of a rule of the chain `c`, or the first error. */
  rule(text: string): Bytecode;
}

function entered(text: string, ruleset: Ruleset): Bytecode {
  const { ruleset: parsed, diagnostics } = nftParser().parse(commandLine(text));
  const broken = diagnostics.find((d) => d.severity === 'error');
  if (broken) return { error: broken.message, text: '', output: '' };
  let sent = '';
  const result = evaluate(
    parsed.commands,
    { ruleset, machine },
    {
      sent: (asked) => {
        sent = sentText(asked);
      },
    },
  );
  const error = result.ok ? undefined : (result.diagnostics[0]?.message ?? 'refused');
  return { text: sent, output: result.output, ...(error !== undefined && { error }) };
}

/** What a file sends to the kernel, also where that refuses it; an empty text where nft does. */
export const requests = (file: string): string => entered(file, emptyRuleset()).text;

/** A table `t` with chains `c` and `other`; `chain`: what stands in the block of `c`. */
export function table(family: Family, chain = ''): Table {
  const ruleset = emptyRuleset();
  const enter = (text: string): Bytecode => entered(text, ruleset);
  const output = (text: string): string => {
    const entered = enter(text);
    if (entered.error !== undefined) throw new Error(`${text}: ${entered.error}`);
    return entered.output;
  };
  const run = (text: string): void => {
    output(text);
  };
  run(`add table ${family} t`);
  run(`add chain ${family} t c ${chain && `{ ${chain} }`}`);
  run(`add chain ${family} t other`);
  return {
    run,
    output,
    listed(text) {
      run(`add rule ${family} t c ${text}`);
      const lines = output(`list chain ${family} t c`).split('\n');
      run(`flush chain ${family} t c`);
      const rules = lines.filter((l) => l.startsWith('\t\t') && !l.startsWith('\t\ttype '));
      return rules.map((l) => l.slice(2)).join('\n');
    },
    rule(text) {
      const result = enter(`add rule ${family} t c ${text}`);
      if (result.error === undefined) run(`flush chain ${family} t c`);
      return result;
    },
  };
}
