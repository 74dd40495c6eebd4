/** Colour for people: chalk at the level that the options and the terminal ask for. */
import { Chalk, type ChalkInstance, supportsColor, supportsColorStderr } from 'chalk';

type When = 'auto' | 'always' | 'never';

/** chalk reads NO_COLOR and FORCE_COLOR itself where `auto` is asked for. */
function style(when: When | undefined, detected: { level: number } | false): ChalkInstance {
  const level = when === 'never' ? 0 : when === 'always' ? 1 : detected ? detected.level : 0;
  return new Chalk({ level: level as 0 | 1 | 2 | 3 });
}

export const outStyle = (when?: When): ChalkInstance => style(when, supportsColor);
export const errStyle = (when?: When): ChalkInstance => style(when, supportsColorStderr);
