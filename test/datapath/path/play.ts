/** A machine that frames are put into and taken from, and recordings of what Linux did with them. */
import { configure, type MachineConfig } from '../../../src/datapath/config.ts';
import { ip } from '../../../src/datapath/iproute.ts';
import { Netns, type NetnsOptions } from '../../../src/datapath/netns.ts';
import { DATA, END, NFPROTO_IPV4, NFPROTO_IPV6 } from '../../../src/datapath/packet.ts';
import { profileOf } from '../../../src/datapath/releases.ts';

export interface Sent {
  readonly oif: string;
  readonly frame: string;
  readonly at: number;
}

export const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (x) => Number.parseInt(x, 16));
const hex = (b: Uint8Array): string => Buffer.from(b).toString('hex');

export class Machine {
  readonly ns: Netns;
  readonly sent: Sent[] = [];
  readonly drops: string[] = [];
  readonly problems: readonly string[];

  constructor(env: MachineConfig, kernel = '6.12', options: NetnsOptions = {}) {
    this.ns = new Netns({
      profile: profileOf(kernel)!,
      ...options,
      events: {
        egress: (ifindex, p) => {
          const oif = this.ns.devices.get(ifindex)!.name;
          const frame = hex(p.b.subarray(p.m[DATA]!, p.m[END]!));
          this.sent.push({ oif, frame, at: this.ns.clock.now });
        },
        drop: (_, reason, hook) => this.drops.push(hook ? `${reason} ${hook.name}` : reason),
      },
    });
    this.problems = configure(this.ns, env).problems;
    this.sent.length = 0;
  }

  /** A frame comes in by a device; what left the machine because of it. */
  receive(iif: string, frame: string): readonly Sent[] {
    const before = this.sent.length;
    this.ns.receive(this.ns.devices.named(iif)!.ifindex, bytes(frame));
    return this.sent.slice(before);
  }

  /** The machine sends an IP packet; the errno. */
  send(packet: string): number {
    const family = packet.startsWith('6') ? NFPROTO_IPV6 : NFPROTO_IPV4;
    return this.ns.sendLocal(family, bytes(packet));
  }
}

export interface Recording {
  readonly about: string;
  readonly recorded: string;
  readonly defrag: boolean;
  readonly env: MachineConfig;
  readonly events: readonly {
    readonly time: number;
    readonly iif?: string;
    readonly frame?: string;
    readonly send?: string;
    readonly link?: { readonly dev: string; readonly state: string };
    readonly egress: readonly string[];
  }[];
}

/** Plays a recording's events; what left after each, as `device frame`. */
export function play(recording: Recording): string[][] {
  const machine = new Machine(recording.env);
  const { ns, sent } = machine;
  if (recording.defrag) {
    ns.defrag4.enable();
    ns.defrag6.enable();
  }
  const out: string[][] = [];
  const wires = [...ns.devices].filter((d) => d.kind === 'wire').map((d) => d.name);
  for (const event of recording.events) {
    ns.advance(event.time);
    out.at(-1)?.push(...inWireOrder(sent.splice(0), wires));
    if (event.frame !== undefined) machine.receive(event.iif!, event.frame);
    else if (event.send !== undefined) machine.send(event.send);
    else if (event.link) ip(ns, `link set ${event.link.dev} ${event.link.state}`);
    out.push(inWireOrder(sent.splice(0), wires));
  }
  ns.advance(ns.clock.now + 20_000);
  out.at(-1)!.push(...inWireOrder(sent.splice(0), wires));
  return out;
}

/** As somebody sees it who looks at one wire after the other, a frame at a time. */
function inWireOrder(sent: readonly Sent[], wires: readonly string[]): string[] {
  const out: string[] = [];
  for (const at of new Set(sent.map((s) => s.at))) {
    const queues = wires.map((w) => sent.filter((s) => s.at === at && s.oif === w));
    while (queues.some((q) => q.length > 0))
      for (const queue of queues) {
        const next = queue.shift();
        if (next) out.push(`${next.oif} ${next.frame}`);
      }
  }
  return out;
}

/** Without what a kernel draws at random: identifications of IPv4 packets and IPv6 fragments. */
export function withoutIds(line: string): string {
  const [oif, frame] = line.split(' ') as [string, string];
  let at = 24;
  while (['8100', '88a8'].includes(frame.slice(at, at + 4))) at += 8;
  const ip = at + 4;
  if (frame.slice(at, ip) === '0800')
    return `${oif} ${frame.slice(0, ip + 8)}....${frame.slice(ip + 12, ip + 20)}....${frame.slice(ip + 24)}`;
  if (frame.slice(at, ip) !== '86dd') return line;
  const next = frame.slice(ip + 12, ip + 14);
  const inner = next === '00' ? frame.slice(ip + 80, ip + 82) : next;
  if (inner !== '2c') return line;
  const id = ip + (next === '00' ? 104 : 88);
  return `${oif} ${frame.slice(0, id)}........${frame.slice(id + 8)}`;
}
