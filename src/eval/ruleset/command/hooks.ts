/**
 * `list hooks`: what hangs at the hooks of the machine, chains and the kernel's own functions.
 *
 * Mirrors mnl_nft_dump_nf_hooks and basehook_list_add_tail of nft 1.1.3, which has no JSON of it.
 */
import type { HookEntry } from '../../../datapath/hooks.ts';
import {
  NFPROTO_ARP,
  NFPROTO_BRIDGE,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NFPROTO_NETDEV,
} from '../../../datapath/packet.ts';
import type { Command, Family } from '../../../parser/ast.ts';
import { refuse } from '../errno.ts';
import { hookNumbers } from '../kernel/chain-type.ts';
import type { HookedDevice } from '../machine.ts';
import { answered, type CommandContext } from './context.ts';

/** In the order in which nft asks for them. */
const NFPROTOS: readonly (readonly [family: Family, nfproto: number])[] = [
  ['arp', NFPROTO_ARP],
  ['ip', NFPROTO_IPV4],
  ['ip6', NFPROTO_IPV6],
  ['bridge', NFPROTO_BRIDGE],
  ['netdev', NFPROTO_NETDEV],
];

/** `inet` has no hooks of its own here; no family: all. */
function isAsked(family: Family, asked: Family | undefined): boolean {
  if (asked === 'inet') return family === 'ip' || family === 'ip6';
  return asked === undefined || asked === family;
}

export function listHooks(cmd: Command, ctx: CommandContext): void {
  const { hooks, devices = () => [], profile } = ctx.tx.machine;
  if (ctx.output.json || !profile.listsHooks || !hooks) return;
  const asked = cmd.handle.family?.name;
  const device = cmd.words?.[0]?.text;
  const named = [...devices()].filter(({ name }) => device === undefined || name === device);
  if (asked === 'netdev' && device !== undefined && named.length === 0) {
    answered(ctx, cmd, refuse('ENODEV'));
    return;
  }
  for (const [family, nfproto] of NFPROTOS.filter(([family]) => isAsked(family, asked))) {
    const atDevices = family === 'netdev';
    const misplaced = device !== undefined && asked === family && !atDevices;
    const listOf = (name: string, number: number, at?: HookedDevice): string => {
      const shown = at?.name ?? (misplaced ? device : undefined);
      const where = shown === undefined ? name : `${name} device ${shown}`;
      return hookText(where, hooks.at(nfproto, number, at?.ifindex));
    };
    const numbers = hookNumbers(family);
    const places = atDevices ? named.reverse() : [undefined];
    const lists = places.flatMap((at) => numbers.map(([name, number]) => listOf(name, number, at)));
    if (misplaced) ctx.output.text(`# device keyword (${device}) unexpected for this family\n`);
    const text = lists.join('');
    if (text !== '') ctx.output.text(`family ${family} {\n${text}}\n`);
  }
}

function hookText(where: string, entries: readonly HookEntry[]): string {
  if (entries.length === 0) return '';
  const lines = listed(entries).map((e) => `\t\t${priorityText(e.priority)} ${e.name}\n`);
  return `\thook ${where} {\n${lines.join('')}\t}\n`;
}

/** nft puts each behind the first of its priority: the first one stays, the others turn round. */
function listed(entries: readonly HookEntry[]): readonly HookEntry[] {
  const turned: HookEntry[] = [];
  for (const entry of entries) {
    const first = turned.findIndex(({ priority }) => priority === entry.priority);
    turned.splice(first < 0 ? turned.length : first + 1, 0, entry);
  }
  return turned;
}

/** A sign, or a blank for 0, and ten digits. */
function priorityText(priority: number): string {
  const sign = priority < 0 ? '-' : priority > 0 ? '+' : ' ';
  return sign + String(Math.abs(priority)).padStart(10, '0');
}
