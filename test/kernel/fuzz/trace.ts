/**
 * Traces: conversations that run side by side in short bursts with pauses between them, distorted,
 * with errors and commands in the middle. nftsim runs along, so that answers go where packets went.
 */
import { DATA, END } from '../../../src/datapath/packet.ts';
import { playEvent } from '../../../src/replay/play.ts';
import type { Router } from '../../../src/replay/router.ts';
import { ethernetFrame, networkPacket, type PacketFields } from '../../../src/trace/frame.ts';
import type { TraceEvent } from '../../../src/trace/trace.ts';
import { type Wires, wiresOf } from '../../../src/trace/wire.ts';
import { command } from './command.ts';
import { conversation, type Numbers, type Speaker } from './conversation.ts';
import { distort } from './distort.ts';
import { errorAbout } from './error.ts';
import type { Machine } from './machine.ts';
import type { Fields } from './packet.ts';
import type { Egress } from './path.ts';
import type { Random } from './random.ts';
import { type RulesetSpec, rulesetText } from './ruleset.ts';
import { PORTS } from './value.ts';

/** Seconds between bursts: no sum of neighbours is near a timeout (see `clear`). */
const PAUSES = [4, 14, 21, 36, 68, 128, 160, 340];

/** Timeouts that entries, flows, elements and fragments have here. */
const TIMEOUTS = [
  1, 2, 3, 5, 7, 8, 9, 10, 12, 25, 30, 40, 45, 50, 51, 60, 90, 95, 100, 120, 180, 200, 210, 300,
];

/** How long a burst may be, in seconds; and how far from a timeout a pause must end. */
const BURST = 0.7;
const MARGIN = 1.2;

/** Seconds between packets: more than a jiffy, for nobody knows where one begins. */
const APART = 0.0045;

/** Seconds after which what a command freed is gone: the kernel does that later. */
const SETTLED = 0.08;

/** Words of rules that errors match. */
const ABOUT_ERRORS = /related|icmp (mtu|gateway|code)|icmpv6 (mtu|code)|unreachable|packet-too-big/;

/** How late the wheel of timers may make one, in seconds: by levels of it. */
const late = (timeout: number): number => (timeout > 131 ? 17 : timeout > 16 ? 3 : 0);

/** Whether no packet of one burst is at the edge of a timeout that began in an earlier one. */
function clear(pauses: readonly number[]): boolean {
  for (let from = 0; from < pauses.length; from++) {
    let sum = 0;
    for (const pause of pauses.slice(from)) {
      sum += pause;
      const near = TIMEOUTS.some(
        (t) => sum - BURST - MARGIN < t + late(t) && sum + BURST + MARGIN > t,
      );
      if (near) return false;
    }
  }
  return true;
}

/** The times at which bursts begin. */
function bursts(r: Random, longest: number): number[] {
  const choice = PAUSES.filter((pause) => pause <= longest);
  const pauses: number[] = [];
  for (let tries = 0; tries < 30 && pauses.length < 4; tries++) {
    const next = [...pauses, r.pick(choice)];
    if (clear(next)) pauses.push(next.at(-1)!);
  }
  const kept = pauses.slice(
    0,
    r.weighted([
      [4, 1],
      [4, 2],
      [2, 4],
      [2, 0],
    ]),
  );
  let at = 0.1;
  return [at, ...kept.map((pause) => (at += pause))];
}

/** Plays what is written as it is written. */
class Scene {
  readonly events: Fields[] = [];
  time = 0;
  private heard: Egress[] = [];
  private readonly wires: Wires;
  private readonly router: Router;

  constructor(router: Router, env: unknown) {
    this.router = router;
    this.wires = wiresOf(env as never);
    const { devices } = router.datapath.ns;
    router.watch(
      {
        egress: (ifindex, p) => {
          const bytes = p.b.slice(p.m[DATA]!, p.m[END]!);
          this.heard.push({ oif: devices.get(ifindex)!.name, bytes });
        },
      },
      null,
    );
  }

  private happen(event: Fields): TraceEvent {
    const at = { index: this.events.length, time: Math.round(this.time * 1e6) };
    if (event.nft) return { kind: 'nft', ...at, command: event.nft as string };
    if (event.conntrack) return { kind: 'conntrack', ...at, command: event.conntrack as string };
    if (event.sysctl) return { kind: 'sysctl', ...at, values: event.sysctl as never };
    if (event.link) return { kind: 'link', ...at, ...(event.link as object) } as TraceEvent;
    if (event.snapshot) return { kind: 'snapshot', ...at, name: event.snapshot as string };
    if (typeof event.ip === 'string') return { kind: 'ip', ...at, command: event.ip };
    const fields = event as unknown as PacketFields;
    if (event.iif === undefined) {
      return {
        kind: 'send',
        ...at,
        family: event.ip6 ? 'ip6' : 'ip',
        bytes: networkPacket(fields),
      };
    }
    const wire = this.wires.get(event.iif as string)!;
    return { kind: 'frame', ...at, iif: event.iif as string, bytes: ethernetFrame(fields, wire) };
  }

  /** Lets it happen now; what left. */
  play(event: Fields): readonly Egress[] {
    this.heard = [];
    playEvent(this.router, this.happen(event));
    this.events.push({ time: Number(this.time.toFixed(4)), ...event });
    const heard = this.heard;
    return heard;
  }
}

/** A packet that the machine itself sends. */
function own(r: Random, machine: Machine, numbers: Numbers): Fields {
  const family = r.percent(70) ? 'ip' : 'ip6';
  const target = r.pick(machine.hosts);
  const self = machine.own.find((h) => h.iif === target.iif) ?? machine.own[0]!;
  const head = { [family]: { saddr: self[family], daddr: target[family] } };
  const sport = 20000 + numbers.next++;
  const dport = r.pick(PORTS);
  return r.pick<Fields>([
    { ...head, udp: { sport, dport }, payload: { length: 20, fill: 97 } },
    { ...head, tcp: { sport, dport, flags: 'syn', sequence: 1 } },
    {
      ...head,
      [family === 'ip' ? 'icmp' : 'icmpv6']: { type: 'echo-request', id: sport, sequence: 1 },
    },
  ]);
}

export interface Stage {
  readonly machine: Machine;
  readonly ruleset: RulesetSpec;
  readonly router: Router;
  /** Packets and commands, about. */
  readonly length: number;
  /** Conversations that there are none of. */
  readonly silent: readonly string[];
  /** The longest pause, in seconds. */
  readonly pauses: number;
}

export function trace(r: Random, stage: Stage): Fields[] {
  const { machine, ruleset, router, length, silent } = stage;
  const scene = new Scene(router, machine.env);
  const numbers: Numbers = { next: 0 };
  const taste = { silent, rules: rulesetText(ruleset) };
  const speakers: { speaker: Speaker; heard: readonly Egress[] }[] = [];
  const starts = bursts(r, stage.pauses);
  const each = Math.ceil(length / starts.length);
  const step = BURST / (each * 1.6);
  for (const [n, start] of starts.entries()) {
    scene.time = start;
    for (let i = 0; i < each; i++) {
      scene.time += Math.max(APART, step * (0.5 + r.below(1000) / 1000));
      while (speakers.length < 4)
        speakers.push({ speaker: conversation(r, machine, numbers, taste), heard: [] });
      r.weighted<() => void>([
        [4, () => order(scene, command(r, machine, ruleset))],
        [4, () => scene.play(own(r, machine, numbers))],
        [92, () => speak(r, scene, speakers, taste.rules)],
      ])();
    }
    scene.time = Math.max(scene.time, start + BURST);
    if (n + 1 < starts.length) scene.play({ snapshot: `after${n}` });
  }
  return scene.events;
}

function order(scene: Scene, event: Fields): void {
  scene.play(event);
  scene.time += SETTLED;
}

/** One of those who speak says what is next. */
function speak(
  r: Random,
  scene: Scene,
  speakers: { speaker: Speaker; heard: readonly Egress[] }[],
  rules: string,
): void {
  const at = r.below(speakers.length);
  const { speaker, heard } = speakers[at]!;
  if (r.percent(ABOUT_ERRORS.test(rules) ? 12 : 4)) {
    const error = errorAbout(r, speaker.talk.path);
    if (error) {
      scene.play(error);
      return;
    }
  }
  const next = speaker.packets.next(heard);
  if (next.done) {
    speakers.splice(at, 1);
    return;
  }
  const all: Egress[] = [];
  for (const [i, packet] of distort(r, next.value, rules).entries()) {
    if (i > 0) scene.time += APART;
    all.push(...scene.play(packet));
  }
  speakers[at]!.heard = all;
}
