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
  readonly families: readonly { readonly family: Family; readonly name: string }[];
  readonly setup: readonly string[];
  readonly rules: readonly string[];
}

function setupOf(line: string): string | undefined {
  const [definition, verdict] = line.slice(1).split(';') as [string, string];
  const [, name, rest] = /^(\S+) (.*)$/.exec(definition) ?? [];
  if (!name || rest === undefined) return undefined;
  if (line[0] === '%') {
    const spec = /^type (ct \S+|\S+)/.exec(line.slice(1).replace(/^\S+ /, ''));
    return spec ? `object ${spec[1]} ${name}` : undefined;
  }
  if (verdict?.trim() !== 'ok') return undefined;
  const type = /^type/.test(rest) ? rest : `type ${rest}`;
  const body = rest.startsWith('typeof ') ? rest : type;
  const kind = /\s:\s/.test(rest) ? 'map' : 'set';
  return `${kind} ${name} { ${body.replace(/ (flags|timeout) /g, '; $1 ')}; }`;
}

function read(file: string): Case {
  const families: { family: Family; name: string }[] = [];
  const setup: string[] = [];
  const rules: string[] = [];
  for (const raw of fs.readFileSync(file, 'utf8').split('\n')) {
    const line = raw.trim();
    if (!line || /^[#\-:?]/.test(line)) continue;
    if (line[0] === '*') {
      const [family, name] = line.slice(1).split(';');
      families.push({ family: family as Family, name: name ?? 't' });
    } else if (line[0] === '!' || line[0] === '%') {
      const text = setupOf(line);
      if (text) setup.push(text);
    } else {
      const [rule, verdict] = line.split(';');
      if (verdict?.trim() === 'ok' && rule) rules.push(rule.trim());
    }
  }
  return { families, setup, rules };
}

function declared(family: Family, setup: readonly string[]): Table {
  const scope = table(family, 't', { name: 'c' });
  for (const text of setup) {
    const [kind, ...rest] = text.split(' ');
    if (kind !== 'object') scope.declare(`add ${kind} ${family} t ${rest.join(' ')}`);
  }
  return scope;
}

/** Every rule of a `.t` file whose bytecode is known, in every family. */
export function outcomes(file: string): readonly Outcome[] {
  const { families, setup, rules } = read(file);
  return families.flatMap(({ family }) => {
    const own = blocks(`${file}.payload.${family}`);
    const expected = own.size ? own : blocks(`${file}.payload`);
    const scope = declared(family, setup);
    return rules.flatMap((rule): Outcome[] => {
      const want = expected.get(rule);
      if (want === undefined) return [];
      const where = `${path.basename(path.dirname(file))}/${path.basename(file)} ${family}: ${rule}`;
      let got: { text: string; error?: string };
      try {
        got = scope.rule(rule);
      } catch (error) {
        got = { text: '', error: `threw: ${(error as Error).message}` };
      }
      return [
        {
          where,
          expected: even(want),
          got: even(got.text),
          ...(got.error && { error: got.error }),
        },
      ];
    });
  });
}

export const files = (directory: string): readonly string[] =>
  fs
    .readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.t'))
    .sort()
    .map((name) => path.join(directory, name));
