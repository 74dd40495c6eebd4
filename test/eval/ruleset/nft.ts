/** A ruleset and nft's commands on it, as one types them. */
import { profileOf } from '../../../src/datapath/releases.ts';
import { emptyRuleset, evaluate, type Machine, type Target } from '../../../src/eval/index.ts';
import { formatDiagnostics, inOrder } from '../../../src/parser/diagnostic.ts';
import { commandLine } from '../../../src/parser/index.ts';
import { nftParser } from '../../../src/replay/language.ts';

const DEVICES = ['lo', 'eth0', 'eth1', 'wlan0'];

export interface Answer {
  readonly ok: boolean;
  readonly out: string;
  readonly err: string;
}

export interface Nft {
  /** A batch of commands. */
  (text: string): Answer;
  /** The listing with handles. */
  list(): string;
  json(): readonly Readonly<Record<string, Record<string, unknown>>>[];
  readonly target: Target;
  /** Lets time go by. */
  wait(ms: number): void;
}

export function nft(kernel = '6.12'): Nft {
  let now = 0;
  const machine: Machine = {
    profile: profileOf(kernel)!,
    ifindex: (name) => (DEVICES.includes(name) ? DEVICES.indexOf(name) + 1 : undefined),
    ifname: (index) => DEVICES[index - 1],
    canOffload: (name) => name === 'eth0',
    uptime: () => now,
  };
  const target: Target = { ruleset: emptyRuleset(), machine };
  const run = (text: string, options = {}): Answer => {
    const parsed = nftParser().parse(commandLine(`${text}\n`));
    const broken = parsed.diagnostics.length > 0;
    const result = evaluate(parsed.ruleset.commands, target, { ...options, broken });
    const all = inOrder(parsed.diagnostics, result.diagnostics);
    const err = formatDiagnostics(all, parsed.sources);
    return { ok: result.ok, out: result.output, err };
  };
  return Object.assign((text: string) => run(text), {
    list: () => run('list ruleset', { print: { handles: true } }).out,
    json: () => JSON.parse(run('list ruleset', { json: true }).out).nftables,
    target,
    wait: (ms: number) => {
      now += ms;
    },
  });
}

/** The first line of what was complained about, without `Error: `. */
export const complaint = ({ err }: Answer): string => err.split('\n')[0]!.replace('Error: ', '');
