/**
 * A case as a machine plays it: commands that make the machine, what `wire` (the oracle's player of
 * frames) reads, the shell's lines of a snapshot; and the answer out of the files they write.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ethernetFrame, networkPacket, type PacketFields } from '../../../src/trace/frame.ts';
import { defaultAddress, stationAddress, wiresOf } from '../../../src/trace/wire.ts';
import type { Env } from './machine.ts';
import { hexOf } from './packet.ts';

export type Event = Readonly<Record<string, unknown>>;

/** What of a case is played. */
export interface Content {
  readonly env: Env;
  readonly ruleset: string;
  readonly monitor?: boolean;
  readonly events: readonly Event[];
}

/** Where a machine finds what it plays and leaves what came of it; where both lie here. */
export interface Folders {
  readonly here: string;
  readonly there: string;
  /** The namespace of the wires' far ends. */
  readonly far: string;
}

const quoted = (s: unknown): string => `'${String(s).replaceAll("'", `'\\''`)}'`;

const isV6 = (s: unknown): boolean => String(s ?? '').includes(':');

export const wireNames = (env: Env): string[] => [...wiresOf(env as never).keys()];

// ── The machine ────────────────────────────────────────────────────────────────────────────────

const DEFAULTS = {
  'net.ipv4.ip_forward': 1,
  'net.ipv6.conf.all.forwarding': 1,
  'net.ipv4.conf.all.rp_filter': 0,
  'net.ipv4.conf.all.send_redirects': 0,
  'net.ipv6.auto_flowlabels': 0,
};

const setting = ([name, value]: [string, unknown]): string =>
  `echo ${value} > /proc/sys/${name.replaceAll('.', '/')}`;

/** What a namespace must not do by itself. */
const QUIET = ['accept_dad', 'router_solicitations', 'mldv2_unsolicited_report_interval'];

const quiet = (): string[] =>
  ['all', 'default'].flatMap((of) => [
    ...QUIET.map((key) => setting([`net.ipv6.conf.${of}.${key}`, 0])),
    setting([`net.ipv6.conf.${of}.addr_gen_mode`, 1]),
  ]);

/** What makes the far ends of the wires deaf. */
export const DEAF = ['all', 'default']
  .map((of) => setting([`net.ipv6.conf.${of}.disable_ipv6`, 1]))
  .join('; ');

interface Linkinfo {
  readonly info_kind: string;
  readonly info_data?: { readonly id?: number };
}

function newLink(link: Env['link'][number], at: number): string {
  const { info_kind, info_data } = link.linkinfo as Linkinfo;
  const known = `${link.ifname} index ${10 + at}`;
  if (info_kind === 'vlan')
    return `link add link ${link.link} name ${known} type vlan id ${info_data!.id}`;
  const more = info_kind === 'bridge' ? ' forward_delay 0 mcast_snooping 0' : '';
  return `link add ${known} address ${defaultAddress(at)} type ${info_kind}${more}`;
}

const newWire = (name: unknown, at: number, far: string): string =>
  `link add ${name} index ${10 + at} address ${defaultAddress(at)} type veth peer name ${name} address ${stationAddress(at)} mtu 9000 netns ${far}`;

/** Lines of `ip -batch` that make devices; `far`: the namespace of the wires' other ends. */
function links(env: Env, far: string): string[] {
  const wires = wireNames(env);
  return env.link.map((link, i) => {
    const name = link.ifname as string;
    return wires.includes(name) ? newWire(name, i, far) : newLink(link, i);
  });
}

/** Lines of `ip -batch` that make devices what they are, and routes. */
function network(env: Env): string[] {
  const lines = ['link set lo up'];
  for (const { ifname, mtu } of env.link) if (mtu) lines.push(`link set ${ifname} mtu ${mtu}`);
  for (const { ifname, master } of env.link)
    if (master) lines.push(`link set ${ifname} master ${master}`);
  for (const { ifname } of env.link) lines.push(`link set ${ifname} up`);
  for (const { ifname, addr_info: all } of env.link) {
    for (const a of (all ?? []) as { local: string; prefixlen: number }[])
      lines.push(
        `addr add ${a.local}/${a.prefixlen} dev ${ifname}${isV6(a.local) ? ' nodad' : ''}`,
      );
  }
  for (const n of env.neigh)
    lines.push(`neigh replace ${n.dst} lladdr ${n.lladdr} dev ${n.dev} nud permanent`);
  for (const { type, dst, gateway, dev } of env.route as readonly Record<string, string>[]) {
    const to = `${gateway ? ` via ${gateway}` : ''}${dev ? ` dev ${dev}` : ''}`;
    lines.push(`route replace ${type ?? ''} ${dst}${to}`);
  }
  return lines;
}

/** The oracle's pretended hardware: devices that take flows. */
const HARDWARE = '/sys/module/hwsim';

/** A shell's lines, with the lines of `ip -batch` in a folder. */
function setup(env: Env, { there, far }: Folders): string[] {
  const taken = quoted((env.offload ?? []).join(',') || 'none');
  return [
    ...quiet(),
    `if [ -e ${HARDWARE} ]; then printf %s ${taken} > ${HARDWARE}/parameters/devs; fi`,
    `ip -batch ${there}/links`,
    `ip -n ${far} -batch ${there}/far`,
    `ip -batch ${there}/network`,
    ...wireNames(env).map(
      (name) => `ethtool -K ${name} tx off rx off tso off gso off gro off >/dev/null 2>&1`,
    ),
    ...Object.entries({ ...DEFAULTS, ...env.sysctl }).map(setting),
    ...['rp_filter', 'send_redirects'].flatMap((key) =>
      env.link.map(({ ifname }) => `echo 0 > /proc/sys/net/ipv4/conf/${ifname}/${key}`),
    ),
  ];
}

// ── What happens ───────────────────────────────────────────────────────────────────────────────

function snapshot(name: string, out: string): string {
  const d = path.join(out, name);
  const end =
    name === 'end' ? `; nft list ruleset > ${d}.nft; conntrack -L > ${d}.plain 2>/dev/null` : '';
  return `nft -j list ruleset > ${d}.json; conntrack -L -o extended > ${d}.ct 2>/dev/null; cat /proc/net/nf_conntrack > ${d}.proc${end}`;
}

/** What `wire` does at an event. */
function line(event: Event, env: Env, out: string): string {
  const us = Math.round(((event.time as number) ?? 0) * 1e6);
  const command = (text: string) => `X ${us} ${text}`;
  if (event.nft !== undefined) return command(`nft ${quoted(event.nft)}`);
  if (event.conntrack !== undefined) return command(`conntrack ${event.conntrack} >/dev/null 2>&1`);
  if (event.sysctl) return command(Object.entries(event.sysctl).map(setting).join('; '));
  if (event.link) {
    const { dev, state } = event.link as { dev: string; state: string };
    return command(`ip link set ${dev} ${state}`);
  }
  if (typeof event.ip === 'string') return command(`ip ${event.ip}`);
  if (event.snapshot) return command(snapshot(event.snapshot as string, out));
  const fields = event as unknown as PacketFields;
  if (event.iif === undefined)
    return `L ${us} ${event.ip6 ? 6 : 4} ${hexOf(networkPacket(fields))}`;
  const wires = wiresOf(env as never);
  const index = [...wires.keys()].indexOf(event.iif as string);
  return `P ${us} ${index} ${hexOf(ethernetFrame(fields, wires.get(event.iif as string)!))}`;
}

const LONG_PAUSE = 0.3;
/** `wire` may wake a thousandth of its pause late, but for no more than 0.1 s (select_estimate_accuracy). */
const LATE = 0.15;

/** A frame of no bytes: nobody sends it, but who waits for it is awake. */
const waken = (time: number): string => `P ${Math.round((time - LATE) * 1e6)} 0 `;

interface Line {
  readonly text: string;
  /** The number of the event that it plays; what comes while it waits belongs to the one before. */
  readonly event: number;
}

/** What `wire` reads: long pauses end in short ones, that events come when they should. */
function wireLines(content: Content, out: string): Line[] {
  let last = 0;
  return eventsOf(content).flatMap((event, n) => {
    const time = (event.time as number | undefined) ?? 0;
    const pause = time - last;
    last = time;
    const played = { text: line(event, content.env, out), event: n };
    if (pause < LONG_PAUSE) return [played];
    return [{ text: waken(time), event: Math.max(n - 1, 0) }, played];
  });
}

/** A case's events and the look at everything that ends them. */
export function eventsOf({ events }: Content): readonly Event[] {
  if (events.some((e) => e.snapshot === 'end')) return events;
  const last = (events.at(-1)?.time as number | undefined) ?? 0;
  return [...events, { time: last, snapshot: 'end' }];
}

/** Writes what a machine plays: `setup.sh` and what it reads, `ruleset.nft`, `wire`, `wires`, `monitored`. */
export function writePlay(content: Content, folders: Folders): void {
  const { env } = content;
  const { here, there, far } = folders;
  mkdirSync(here, { recursive: true });
  const write = (name: string, lines: readonly string[]) =>
    writeFileSync(path.join(here, name), `${lines.join('\n')}\n`);
  write('links', links(env, far));
  write(
    'far',
    wireNames(env).map((name) => `link set ${name} up`),
  );
  write('network', network(env));
  write('setup.sh', setup(env, folders));
  writeFileSync(path.join(here, 'ruleset.nft'), content.ruleset);
  write(
    'wire',
    wireLines(content, there).map(({ text }) => text),
  );
  write('wires', [wireNames(env).join(' ')]);
  if (content.monitor) write('monitored', []);
}

// ── What came of it ────────────────────────────────────────────────────────────────────────────

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

const lines = (file: string): string[] => read(file).split('\n').filter(Boolean);

/** What `nft -j` listed; nothing where it died of it. */
function listed(file: string): unknown {
  try {
    return JSON.parse(read(file)).nftables;
  } catch {
    return null;
  }
}

/** What was recorded, as the oracle writes it: out of `load.rc`, `load.log`, `sent`, `monitor` and snapshots. */
export function answer(dir: string, content: Content): object {
  const wires = wireNames(content.env);
  const played = wireLines(content, dir).map(({ event }) => event);
  const sent = lines(`${dir}/sent`).map((l) => l.split(' '));
  const packets = eventsOf(content).flatMap((event, n) => {
    if (event.snapshot) return [];
    const mine = sent.filter((s) => played[Number(s[1])] === n);
    const egress = mine
      .filter(([sign]) => sign === '>')
      .map(([, , , i, frame]) => ({ oif: wires[Number(i)], frame }));
    const failed = mine.some(([sign, , , word]) => sign === '!' && word === 'exit');
    const local = event.iif === undefined ? { local: '' } : { frame: '' };
    return [{ event: n, ...local, egress, ...(failed && { failed }) }];
  });
  const snapshots = Object.fromEntries(
    eventsOf(content).flatMap((event) => {
      if (!event.snapshot) return [];
      const d = path.join(dir, event.snapshot as string);
      const end = event.snapshot === 'end' && {
        nft: read(`${d}.nft`),
        conntrack_plain: lines(`${d}.plain`),
      };
      const conntrack = lines(`${d}.ct`);
      const proc = lines(`${d}.proc`);
      return [[event.snapshot, { nft_json: listed(`${d}.json`), conntrack, proc, ...end }]];
    }),
  );
  return {
    loaded: read(`${dir}/load.rc`).trim() === '0',
    load_error: read(`${dir}/load.log`),
    packets,
    snapshots,
    ...(content.monitor && { monitor: lines(`${dir}/monitor`) }),
  };
}
