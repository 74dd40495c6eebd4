/**
 * Starts the program with what V8 compiled of it before: most of a short run would go into that.
 *
 * Owns `require` among the files of the build. What is compiled is kept beside each file, for V8 takes
 * it back in the same version with the same flags only; where it is missing, it is written when the
 * program ends, if that may be. Nothing depends on it.
 */
import { accessSync, constants, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';

/** The program's first file, as the build names it. */
declare const PROGRAM: string;

type Body = (exports: object, require: (name: string) => unknown, module: object) => void;

const tag = cachedDataVersionTag().toString(16);
const files = new Map<string, { exports: object }>();
/** Scripts that V8 compiled anew, by where that is to be kept. */
const fresh = new Map<string, Script>();

function load(name: string): unknown {
  const known = files.get(name);
  if (known) return known.exports;
  const module = { exports: {} };
  files.set(name, module);
  const filename = path.join(__dirname, name);
  const kept = `${filename}.${tag}`;
  const source = `(function(exports,require,module){${readFileSync(filename, 'latin1')}\n})`;
  const cachedData = read(kept);
  const script = new Script(source, { filename, ...(cachedData && { cachedData }) });
  if (!cachedData || script.cachedDataRejected) fresh.set(kept, script);
  (script.runInThisContext() as Body)(module.exports, resolve, module);
  return module.exports;
}

const resolve = (name: string): unknown =>
  name.startsWith('./') ? load(name) : process.getBuiltinModule(name);

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Under another name first: other starts see a whole file or none. */
function keep(): void {
  try {
    accessSync(__dirname, constants.W_OK);
    for (const [file, script] of fresh) {
      const whole = `${file}.${process.pid}`;
      writeFileSync(whole, script.createCachedData());
      renameSync(whole, file);
    }
  } catch {
    // A place that cannot be written to: the next start compiles, too.
  }
}

process.on('exit', () => {
  if (fresh.size > 0) keep();
});
load(PROGRAM);
