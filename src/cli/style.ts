/** Colour for people: chalk at the level that the options and the terminal ask for. */
import { Chalk, type ChalkInstance, supportsColorStderr } from 'chalk';

type When = 'auto' | 'always' | 'never';

/** How to write to stderr. chalk reads NO_COLOR and FORCE_COLOR itself where `auto` is asked for. */
export function errStyle(when?: When): ChalkInstance {
  const detected = supportsColorStderr ? supportsColorStderr.level : 0;
  return new Chalk({ level: when === 'never' ? 0 : when === 'always' ? 1 : detected });
}
