/** Files of rules with their bytecode, as a reference implementation wrote them. */
import fs from 'node:fs';
import path from 'node:path';
import type { Family } from '../../../src/parser/ast.ts';
import { type Table, table } from './language.ts';

export interface Outcome {
  readonly where: string;
  readonly expected: string;
  readonly got: string;
  readonly error?: string;
}

/** Ops and elements in one spacing; what differs from release to release left out. */
function even(text: string): string {
  const lines = text.split('\n').flatMap((raw) => {
    const line = raw.replace(/\s+/g, ' ').trim();
    if (line.startsWith('[')) return [line];
    if (/^element/.test(line))
      return [
        line
          .split(/\s*(?=element )/)
          .sort()
          .join('\n'),
      ];
    const set = /^(__\S+) \S+ (\S+)/.exec(line);
    return set ? [`${set[1]} ${set[2]}`] : [];
  });
  return lines.join('\n');
}

function blocks(file: string): Map<string, string> {
  const found = new Map<string, string>();
  if (!fs.existsSync(file)) return found;
  for (const block of fs.readFileSync(file, 'utf8').split(/^# /m).slice(1)) {
    const end = block.indexOf('\n');
    found.set(block.slice(0, end).trim(), block.slice(end));
  }
  return found;
}

interface Case {
  readonly families: readonly { readonly family: Family; readonly chains: readonly string[] }[];
  readonly chains: ReadonlyMap<string, string>;
  /** Commands for a table. */
  readonly setup: readonly ((table: string) => string)[];
  readonly rules: readonly string[];
}

/** `!set1 ipv4_addr;ok` and `?set1 1.2.3.4;ok` and `%cnt1 type counter;ok` as commands. */
function setupOf(line: string): ((table: string) => string) | undefined {
  if (!/;\s*ok\b/.test(line)) return undefined;
  const spec = line.slice(1).replace(/;(ok|fail)$/, '');
  const object = /^(\S+) type (ct \S+|\S+)\s?(.*)$/.exec(spec);
  if (line[0] === '%' && object) {
    const [, name, kind, rest] = object;
    const bare = !rest || rest.includes('{') || kind === 'counter';
    return (t) => `add ${kind} ${t} ${name} ${bare ? (rest ?? '') : `{ ${rest} ; }`}`;
  }
  const [, name, rest] = /^(\S+) (.*)$/.exec(spec.split(';')[0] ?? '') ?? [];
  if (!name || rest === undefined) return undefined;
  if (line[0] === '?') return (t) => `add element ${t} ${name} { ${rest} }`;
  const type = /^type(of)? /.test(rest) ? rest : `type ${rest}`;
  const kind = /\s:\s/.test(rest) ? 'map' : 'set';
  return (t) => `add ${kind} ${t} ${name} { ${type.replace(/ (flags|timeout) /g, '; $1 ')}; }`;
}

function read(file: string): Case {
  const families: { family: Family; chains: string[] }[] = [];
  const chains = new Map<string, string>();
  const setup: ((table: string) => string)[] = [];
  const rules: string[] = [];
  for (const raw of fs.readFileSync(file, 'utf8').split('\n')) {
    const line = raw.trim();
    if (!line || /^[#-]/.test(line)) continue;
    if (line[0] === ':') {
      const [name, ...definition] = line.slice(1).split(';');
      chains.set(name ?? '', `${definition.join(';')};`);
    } else if (line[0] === '*') {
      const [family, , names] = line.slice(1).split(';');
      families.push({ family: family as Family, chains: names?.split(',') ?? [] });
    } else if (/^[!%?]/.test(line)) {
      const command = setupOf(line);
      if (command) setup.push(command);
    } else {
      const [rule, verdict] = line.split(';');
      if (verdict?.trim() === 'ok' && rule) rules.push(rule.trim());
    }
  }
  return { families, chains, setup, rules };
}

function prepared(family: Family, chain: string | undefined, setup: Case['setup']): Table {
  const scope = table(family, chain);
  for (const command of setup) scope.run(command(`${family} t`));
  return scope;
}

/** Every rule of a `.t` file whose bytecode is known, in every family. */
export function outcomes(file: string): readonly Outcome[] {
  const { families, chains, setup, rules } = read(file);
  return families.flatMap(({ family, chains: [first = ''] }) => {
    const own = blocks(`${file}.payload.${family}`);
    const expected = own.size ? own : blocks(`${file}.payload`);
    const scope = prepared(family, chains.get(first), setup);
    const where = `${path.basename(path.dirname(file))}/${path.basename(file)} ${family}`;
    return rules.flatMap((rule): Outcome[] => {
      const want = expected.get(rule);
      if (want === undefined) return [];
      const { text, error } = scope.rule(rule);
      const outcome = { where: `${where}: ${rule}`, expected: even(want), got: even(text) };
      return [error === undefined ? outcome : { ...outcome, error }];
    });
  });
}

export const files = (directory: string): readonly string[] =>
  fs
    .readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.t'))
    .sort()
    .map((name) => path.join(directory, name));
