/** Colour for people: chalk at the level that the options and the terminal ask for. */
import { Chalk, type ChalkInstance, supportsColorStderr } from 'chalk';

import type { Telling } from '../parser/diagnostic.ts';
import type { CommonOptions } from './options.ts';

type When = 'auto' | 'always' | 'never';

/** How to write to stderr. chalk reads NO_COLOR and FORCE_COLOR itself where `auto` is asked for. */
export function errStyle(when?: When): ChalkInstance {
  const detected = supportsColorStderr ? supportsColorStderr.level : 0;
  return new Chalk({ level: when === 'never' ? 0 : when === 'always' ? 1 : detected });
}

/** Messages of rulesets with their hints, in colour where that is asked for. */
export function toPeople({ color }: CommonOptions): Telling {
  const style = errStyle(color);
  const paints = {
    error: style.bold.red,
    warning: style.bold.yellow,
    marks: style.red,
    hint: style.cyan,
  };
  return { hints: true, paint: (part, text) => paints[part](text) };
}
