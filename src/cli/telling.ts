/** How messages of rulesets are told to people: with their hints, in colour where it can be seen. */
import { fstatSync } from 'node:fs';
import type { Telling } from '../parser/diagnostic.ts';
import type { CommonOptions } from './options.ts';

const STDERR = 2;

/** Most runs write to no terminal, and need not wait for what finds out about colours. */
function mayColour(color: CommonOptions['color']): boolean {
  if (color === 'always' || color === 'never') return color === 'always';
  return process.env.FORCE_COLOR !== undefined || isDevice(STDERR);
}

/** A terminal is one. */
function isDevice(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return false;
  }
}

export async function toPeople({ color }: CommonOptions): Promise<Telling> {
  if (!mayColour(color)) return { hints: true };
  const { errStyle } = await import('./style.ts');
  const style = errStyle(color);
  const paints = {
    error: style.bold.red,
    warning: style.bold.yellow,
    marks: style.red,
    hint: style.cyan,
  };
  return { hints: true, paint: (part, text) => paints[part](text) };
}
