/**
 * The kernel of this very machine, in network namespaces: cases run side by side in real time, which
 * is cheap. Needs root, and `nft`, `conntrack`, `ip`, `ethtool`, `cc`; what its kernel lacks, cases
 * must do without. What differs here is worth a recording of a kernel that nftsim is made after.
 *
 * Writes answers of the oracle's form; its `wire` plays the frames.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ethernetFrame, networkPacket, type PacketFields } from '../../../src/trace/frame.ts';
import { defaultAddress, stationAddress, wiresOf } from '../../../src/trace/wire.ts';
import type { Env } from './machine.ts';
import { hexOf } from './packet.ts';

type Event = Readonly<Record<string, unknown>>;

interface Content {
  readonly env: Env;
  readonly ruleset: string;
  readonly monitor?: boolean;
  readonly events: readonly Event[];
}

const quoted = (s: unknown): string => `'${String(s).replaceAll("'", `'\\''`)}'`;

const isV6 = (s: unknown): boolean => String(s ?? '').includes(':');

const DEFAULTS = {
  'net.ipv4.ip_forward': 1,
  'net.ipv6.conf.all.forwarding': 1,
  'net.ipv4.conf.all.rp_filter': 0,
  'net.ipv4.conf.all.send_redirects': 0,
  'net.ipv6.auto_flowlabels': 0,
};

const setting = ([name, value]: [string, unknown]): string =>
  `echo ${value} > /proc/sys/${name.replaceAll('.', '/')}`;

/** Commands of ip's, then of the shell, that make the machine of a case. */
function setup(env: Env, far: string): { ip: string[]; shell: string[] } {
  const ip: string[] = [];
  const shell: string[] = [];
  const wires = [...wiresOf(env as never).keys()];
  env.link.forEach((link, i) => {
    const name = link.ifname as string;
    const own = `address ${defaultAddress(i)}`;
    if (!wires.includes(name)) {
      ip.push(
        `link add ${name} index ${10 + i} ${own} type bridge forward_delay 0 mcast_snooping 0`,
      );
      return;
    }
    ip.push(
      `link add ${name} index ${10 + i} ${own} type veth peer name ${name} address ${stationAddress(i)} netns ${far}`,
    );
    shell.push(`ethtool -K ${name} tx off rx off tso off gso off gro off >/dev/null 2>&1`);
    shell.push(`ip -n ${far} link set ${name} mtu 9000 up`);
    if (link.mtu) ip.push(`link set ${name} mtu ${link.mtu}`);
  });
  for (const { ifname, master } of env.link)
    if (master) ip.push(`link set ${ifname} master ${master}`);
  for (const { ifname } of env.link) ip.push(`link set ${ifname} up`);
  for (const { ifname, addr_info: all } of env.link) {
    for (const a of (all ?? []) as { local: string; prefixlen: number }[]) {
      ip.push(`addr add ${a.local}/${a.prefixlen} dev ${ifname}${isV6(a.local) ? ' nodad' : ''}`);
    }
  }
  for (const n of env.neigh)
    ip.push(`neigh replace ${n.dst} lladdr ${n.lladdr} dev ${n.dev} nud permanent`);
  for (const { type, dst, gateway, dev } of env.route as readonly Record<string, string>[]) {
    const family = isV6(dst) || isV6(gateway) ? '-6 ' : '';
    const to = `${type ?? ''} ${dst}${gateway ? ` via ${gateway}` : ''}${dev ? ` dev ${dev}` : ''}`;
    shell.push(`ip ${family}route replace ${to}`);
  }
  shell.push(...Object.entries({ ...DEFAULTS, ...env.sysctl }).map(setting));
  for (const { ifname } of env.link) {
    for (const key of ['rp_filter', 'send_redirects'])
      shell.push(setting([`net.ipv4.conf.${ifname}.${key}`, 0]));
  }
  return { ip: ['link set lo up', ...ip], shell };
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

function snapshot(name: string, out: string): string {
  const d = path.join(out, name);
  const end =
    name === 'end' ? `; nft list ruleset > ${d}.nft; conntrack -L > ${d}.plain 2>/dev/null` : '';
  return `nft -j list ruleset > ${d}.json; conntrack -L -o extended > ${d}.ct 2>/dev/null; cat /proc/net/nf_conntrack > ${d}.proc${end}`;
}

const QUIET = ['accept_dad', 'router_solicitations', 'mldv2_unsolicited_report_interval'];

/** The whole life of a case, as a shell script. */
function script(id: string, dir: string, wire: string, content: Content): string {
  const [near, far] = [`fr${id}`, `fw${id}`];
  const { ip, shell } = setup(content.env, far);
  writeFileSync(`${dir}/ip`, `${ip.join('\n')}\n`);
  writeFileSync(`${dir}/ruleset.nft`, content.ruleset);
  const quiet = ['all', 'default'].flatMap((f) => [
    ...QUIET.map((key) => setting([`net.ipv6.conf.${f}.${key}`, 0])),
    setting([`net.ipv6.conf.${f}.addr_gen_mode`, 1]),
  ]);
  const wires = [...wiresOf(content.env as never).keys()].join(' ');
  writeFileSync(`${dir}/setup.sh`, [...quiet, `ip -batch ${dir}/ip`, ...shell, ''].join('\n'));
  const monitor = content.monitor
    ? [`ip netns exec ${near} nft monitor trace > ${dir}/monitor 2>&1 & mon=$!`, 'sleep 0.5']
    : [];
  return [
    `ip netns add ${near}; ip netns add ${far}`,
    `ip netns exec ${far} sh -c 'for f in all default; do echo 1 > /proc/sys/net/ipv6/conf/$f/disable_ipv6; done'`,
    `ip netns exec ${near} sh ${dir}/setup.sh > ${dir}/setup.log 2>&1`,
    `ip netns exec ${near} nft -f - < ${dir}/ruleset.nft > ${dir}/load.log 2>&1; echo $? > ${dir}/load.rc`,
    ...monitor,
    `ip netns exec ${far} chrt -f 10 ${wire} ${near} ${dir}/wire ${dir}/sent ${wires} > ${dir}/wire.log 2>&1`,
    ...(monitor.length > 0 ? ['sleep 0.5; kill $mon'] : []),
    `ip netns del ${near}; ip netns del ${far}`,
    '',
  ].join('\n');
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

const lines = (file: string): string[] => read(file).split('\n').filter(Boolean);

/** What was recorded, as the oracle writes it. */
function answer(dir: string, content: Content, events: readonly Event[]): object {
  const wires = [...wiresOf(content.env as never).keys()];
  const sent = lines(`${dir}/sent`).map((l) => l.split(' '));
  const packets = events.flatMap((event, n) => {
    if (event.snapshot) return [];
    const mine = sent.filter((s) => Number(s[1]) === n);
    const egress = mine
      .filter(([sign]) => sign === '>')
      .map(([, , , i, frame]) => ({ oif: wires[Number(i)], frame }));
    const failed = mine.some(([sign, , , word]) => sign === '!' && word === 'exit');
    const local = event.iif === undefined ? { local: '' } : { frame: '' };
    return [{ event: n, ...local, egress, ...(failed && { failed }) }];
  });
  const snapshots = Object.fromEntries(
    events.flatMap((event) => {
      if (!event.snapshot) return [];
      const d = path.join(dir, event.snapshot as string);
      const end = event.snapshot === 'end' && {
        nft: read(`${d}.nft`),
        conntrack_plain: lines(`${d}.plain`),
      };
      const json = read(`${d}.json`);
      const nft_json = json ? JSON.parse(json).nftables : null;
      return [
        [
          event.snapshot,
          { nft_json, conntrack: lines(`${d}.ct`), proc: lines(`${d}.proc`), ...end },
        ],
      ];
    }),
  );
  const monitor = lines(`${dir}/monitor`);
  return {
    loaded: read(`${dir}/load.rc`).trim() === '0',
    load_error: read(`${dir}/load.log`),
    packets,
    snapshots,
    ...(content.monitor && { monitor }),
  };
}

/** Builds the oracle's player of frames. */
export function buildWire(oracle: string): string {
  const wire = path.join(os.tmpdir(), 'nftsim-fuzz-wire');
  const { status, stderr } = spawnSync('cc', ['-O2', '-o', wire, path.join(oracle, 'src/wire.c')], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return wire;
}

const PARALLEL = 40;

/** Runs cases, many at a time; writes their answers. */
export async function recordLocally(
  jobs: readonly { readonly file: string; readonly answer: string }[],
  wire: string,
): Promise<void> {
  const queue = [...jobs.entries()];
  const one = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) await run(next[0], next[1], wire);
  };
  await Promise.all(Array.from({ length: PARALLEL }, one));
}

async function run(n: number, job: { file: string; answer: string }, wire: string): Promise<void> {
  const content = JSON.parse(readFileSync(job.file, 'utf8')) as Content;
  const dir = `${job.answer}.run`;
  mkdirSync(dir, { recursive: true });
  const last = (content.events.at(-1)?.time as number | undefined) ?? 0;
  const ends = content.events.some((e) => e.snapshot === 'end');
  const events = ends ? content.events : [...content.events, { time: last, snapshot: 'end' }];
  const played = events.map((event) => line(event, content.env, dir));
  writeFileSync(`${dir}/wire`, `${played.join('\n')}\n`);
  writeFileSync(`${dir}/run.sh`, script(`${process.pid}x${n}`, dir, wire, content));
  await new Promise((resolve) => {
    spawn('sh', [`${dir}/run.sh`], { stdio: 'ignore' }).on('close', resolve);
  });
  writeFileSync(job.answer, `${JSON.stringify(answer(dir, content, events))}\n`);
}
