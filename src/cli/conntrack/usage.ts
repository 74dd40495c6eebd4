/** `conntrack -h`: what the command takes, from the tables of its options. */
import { VERSION } from './command.ts';
import { COMMAND_NAMES, OPTIONS } from './options.ts';
import { PROTOCOLS } from './protocols.ts';

const ABOUT: Readonly<Record<string, string>> = {
  L: 'list a table',
  I: 'create an entry',
  A: 'create an entry, or change it',
  D: 'delete entries',
  U: 'change entries',
  G: 'show one entry',
  F: 'empty a table',
  E: 'show events',
  C: 'count entries',
  S: 'show statistics',
  V: 'show the version',
  h: 'show this help',
};

const commands = Object.entries(COMMAND_NAMES).map(
  ([long, letter]) => `  -${letter}, --${long.padEnd(8)} ${ABOUT[letter]}`,
);

const options = OPTIONS.map(({ letter, long, argument }) => {
  const short = letter ? `-${letter}, ` : '    ';
  const value = { none: '', required: ' VALUE', optional: ' [VALUE]' }[argument];
  return `  ${short}${long.map((name) => `--${name}`).join(', ')}${value}`;
});

const USAGE = [
  `conntrack ${VERSION}: connections that the machine tracks`,
  'Usage: conntrack COMMAND [conntrack|expect|dying|unconfirmed] [OPTIONS]',
  '',
  'Commands:',
  ...commands,
  '',
  'Options:',
  ...options,
  '',
].join('\n');

/** With a protocol, its options follow. */
export function usage(protonum?: number): string {
  const protocol = PROTOCOLS.find((p) => p.protonum === protonum);
  if (!protocol) return USAGE;
  const own = protocol.options.map(({ long }) => `  --${long.join(', --')} VALUE\n`);
  return `${USAGE}\nOptions of ${protocol.name}:\n${own.join('')}`;
}
