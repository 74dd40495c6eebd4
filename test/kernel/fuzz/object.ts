/** Named objects of a table: how each is declared, and the statement that rules use it by. */
import type { Random } from './random.ts';

interface Kind {
  /** What stands between its name and its end. */
  readonly body: (r: Random) => string;
  readonly use: string;
}

/** By the words before the name. */
const KINDS: Readonly<Record<string, Kind>> = {
  counter: {
    body: (r) => (r.percent(30) ? `packets ${r.below(9)} bytes ${r.below(999)}` : ''),
    use: 'counter name',
  },
  quota: {
    body: (r) => `${r.pick(['over', 'until'])} ${r.pick([100, 500, 3000])} bytes`,
    use: 'quota name',
  },
  limit: {
    body: (r) =>
      r.percent(70)
        ? `rate ${r.between(1, 5)}/minute burst ${r.between(1, 3)} packets`
        : `rate over 200 bytes/hour burst 400 bytes`,
    use: 'limit name',
  },
  'ct timeout': {
    body: (r) =>
      `protocol ${r.pick(['tcp', 'udp'])}; l3proto ip; policy = { ${r.pick(['established : 100', 'syn_sent : 9', 'unreplied : 9', 'replied : 51'])} };`,
    use: 'ct timeout set',
  },
  'ct expectation': {
    body: (r) =>
      `protocol ${r.pick(['tcp', 'udp'])}; dport ${r.pick([8080, 5001])}; timeout 1m; size 3;`,
    use: 'ct expectation set',
  },
  'ct helper': {
    body: (r) => r.pick(['type "ftp" protocol tcp;', 'type "tftp" protocol udp;']),
    use: 'ct helper set',
  },
};

export interface NamedObject {
  readonly text: string;
  readonly use: string;
}

export function objectOf(r: Random, i: number): NamedObject {
  const [words, { body, use }] = r.pick(Object.entries(KINDS));
  const name = `o${i}`;
  return { text: `${words} ${name} { ${body(r)} }`, use: `${use} "${name}"` };
}
