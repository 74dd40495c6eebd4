/**
 * The style of the house, as a test: import directions, file headers, sizes, words in one place.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { keyRows } from '../src/eval/expr/index.ts';
import { objectRows } from '../src/eval/object/index.ts';
import { statementRows } from '../src/eval/stmt/index.ts';

const root = path.resolve(import.meta.dirname, '..');

function sources(dir: string): string[] {
  return readdirSync(path.join(root, dir), { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile() && e.name.endsWith('.ts'))
    .map((e) => path.relative(root, path.join(e.parentPath, e.name)))
    .sort();
}

const files = [...sources('bin'), ...sources('src')];
const text = new Map(files.map((f) => [f, readFileSync(path.join(root, f), 'utf8')]));

/** The room of a file: `src/eval/expr/ip.ts` -> `eval`. */
const room = (file: string): string => (file.startsWith('bin/') ? 'bin' : file.split('/')[1]!);

/** A file without its comments. */
const code = (file: string): string =>
  text.get(file)!.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

function imports(file: string): Import[] {
  const found: Import[] = [];
  const pattern = /(?:^|\n)\s*(?:import|export)\s+(type\s+)?[^'";]*?from\s+'(\.[^']+)'/g;
  for (const m of text.get(file)!.matchAll(pattern)) {
    const target = path.relative(root, path.resolve(root, path.dirname(file), m[2]!));
    found.push({ target, typeOnly: m[1] !== undefined });
  }
  for (const m of text.get(file)!.matchAll(/import\('(\.[^']+)'\)/g)) {
    const target = path.relative(root, path.resolve(root, path.dirname(file), m[1]!));
    found.push({ target, typeOnly: false });
  }
  return found;
}

/** What each room may import from besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  parser: [],
  datapath: [],
  eval: ['parser', 'datapath'],
  trace: ['datapath'],
  state: [],
  replay: ['trace', 'eval', 'datapath', 'parser'],
  report: ['replay', 'trace', 'eval', 'datapath', 'parser'],
  cli: ['replay', 'report', 'trace', 'state', 'eval', 'datapath', 'parser'],
  bin: ['cli'],
};

describe('imports', () => {
  test('go only in the directions of the architecture', () => {
    const wrong = files.flatMap((file) =>
      imports(file)
        .filter(({ target }) => room(target) !== room(file))
        .filter(({ target }) => !MAY_IMPORT[room(file)]?.includes(room(target)))
        .map(({ target }) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('name files that exist, and every file is imported by another', () => {
    const targets = new Set(files.flatMap((f) => imports(f).map((i) => i.target)));
    const missing = [...targets].filter((t) => !text.has(t));
    const orphans = files.filter((f) => !targets.has(f) && !f.startsWith('bin/'));
    expect({ missing, orphans }).toEqual({ missing: [], orphans: [] });
  });
});

describe('files', () => {
  test('open with what they own', () => {
    expect(files.filter((f) => !text.get(f)!.startsWith('/**'))).toEqual([]);
  });

  test('stay small', () => {
    const limit = (f: string) => (TABLES.has(f) ? 1200 : 450);
    const long = files
      .map((f) => [f, text.get(f)!.split('\n').length] as const)
      .filter(([f, lines]) => lines > limit(f));
    expect(long).toEqual([]);
  });

  test('hold functions that fit on a screen', () => {
    const long = files.flatMap((file) =>
      functionsOf(file)
        .filter(({ lines }) => lines > 75)
        .map(({ line, lines }) => `${file}:${line}: ${lines} lines`),
    );
    expect(long).toEqual([]);
  });

  test('leave nothing for later', () => {
    const marks = files.filter((f) => /\b(TODO|FIXME|XXX|HACK)\b/.test(text.get(f)!));
    expect(marks).toEqual([]);
  });
});

/** Where each function of a file begins, and how long it is. */
function functionsOf(file: string): { line: number; lines: number }[] {
  const source = ts.createSourceFile(file, text.get(file)!, ts.ScriptTarget.Latest, true);
  const lineOf = (at: number) => source.getLineAndCharacterOfPosition(at).line + 1;
  const found: { line: number; lines: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const line = lineOf(node.getStart());
      found.push({ line, lines: lineOf(node.end) - line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('words', () => {
  /** What else these words are: families, operations of sets, layers, verdicts, kinds of selectors. */
  const OTHERWISE = [
    'ip',
    'ip6',
    'arp',
    'set',
    'add',
    'delete',
    'update',
    'th',
    'queue',
    'counter',
    'exthdr',
  ];
  const SHARED = /^src\/eval\/(check|lower|list|bytecode|optimize|ruleset|engine(?!\/run))\b/;

  test('of nft are named by their rows, not by the code that serves all', () => {
    const rows = [...keyRows, ...statementRows, ...objectRows].map((row) => row.name);
    const words = new Set(rows.filter((name) => !OTHERWISE.includes(name)));
    const naming = files
      .filter((f) => SHARED.test(f))
      .flatMap((file) =>
        [...code(file).matchAll(/'([a-z0-9 @]+)'/g)]
          .filter(([, word]) => words.has(word!))
          .map(([, word]) => `${file}: ${word}`),
      );
    expect(naming).toEqual([]);
  });
});

/** Files that are one table of names and may be longer. */
const TABLES = new Set(['src/eval/type/service.ts', 'src/parser/ast.ts', 'src/trace/schema.ts']);

describe('determinism', () => {
  test('time and chance come in as parameters', () => {
    const bad = files
      .filter((f) => ['parser', 'eval', 'datapath', 'replay', 'trace'].includes(room(f)))
      .filter((f) =>
        /\b(Date\.now|Math\.random|new Date\(\)|performance\.now)\b/.test(text.get(f)!),
      );
    expect(bad).toEqual([]);
  });

  test('source text is made in one file', () => {
    const makers = files.filter((f) => /\bnew Function\b|\beval\(/.test(text.get(f)!));
    expect(makers.filter((f) => f !== 'src/eval/engine/emit.ts')).toEqual([]);
  });

  test('the datapath does not throw on packets', () => {
    const throwing = files
      .filter((f) => room(f) === 'datapath')
      .filter((f) =>
        /\bthrow (?:new|error|e)\b/.test(text.get(f)!.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')),
      );
    expect(throwing).toEqual([]);
  });
});
