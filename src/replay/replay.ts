/**
 * Plays a trace on a router, event by event, and gathers the answer.
 */
import { ip, sysctl } from '../datapath/iproute.ts';
import type { HookEntry } from '../datapath/hooks.ts';
import {
  DATA,
  END,
  FLAG_LOCAL,
  FLAGS,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  type Packet,
} from '../datapath/packet.ts';
import type { ParseOptions } from '../parser/index.ts';
import type { FrameEvent, SendEvent, Trace, TraceEvent } from '../trace/trace.ts';
import { wiresOf } from '../trace/wire.ts';
import type { Answer, Failure, PacketAnswer, Snapshot } from './answer.ts';
import { endFailures, packetFailures } from './expect.ts';
import { observe } from './observe.ts';
import { Outcome } from './outcome.ts';
import { Router, type RouterOptions } from './router.ts';
import { summarize } from './summary.ts';

export interface ReplayOptions extends Omit<RouterOptions, 'env' | 'events'> {
  /** How the ruleset's includes are read, and its definitions. */
  readonly parse?: ParseOptions;
  /** Runs a command line of conntrack's; why it was refused, or undefined. */
  readonly conntrack?: (router: Router, line: string) => string | undefined;
}

export class Replay {
  readonly router: Router;
  private readonly trace: Trace;
  private readonly options: ReplayOptions;
  private readonly wires: readonly string[];
  private outcomes: Outcome[] = [];
  private current = 0;
  private readonly packets: PacketAnswer[] = [];
  private readonly snapshots: Record<string, Snapshot> = {};
  private readonly failures: Failure[] = [];

  constructor(trace: Trace, options: ReplayOptions) {
    this.trace = trace;
    this.options = options;
    this.wires = [...wiresOf(trace.env).keys()];
    this.router = new Router({ ...options, env: trace.env, events: this.listener() });
  }

  private outcome(event: number): Outcome {
    return (this.outcomes[event] ??= new Outcome());
  }

  private listener() {
    const name = (ifindex: number) => this.router.datapath.ns.devices.get(ifindex)!.name;
    const own = (p: Packet) => (p.m[FLAGS]! & FLAG_LOCAL) !== 0;
    return {
      egress: (ifindex: number, p: Packet) => {
        const bytes = p.b.subarray(p.m[DATA]!, p.m[END]!);
        const at = this.router.datapath.ns.clock.now;
        this.outcome(this.current).egress(name(ifindex), bytes, own(p), at);
      },
      drop: (p: Packet, reason: string, _hook: HookEntry | null) => {
        this.outcome(this.current).dropped(reason, own(p));
      },
      local: () => this.outcome(this.current).local(),
    };
  }

  /** Loads the trace's ruleset; undefined, or why it was refused. */
  load(parse: ParseOptions = {}): string | undefined {
    const { ruleset } = this.trace;
    if (!ruleset) return undefined;
    const { name, text } = ruleset;
    const result = this.router.apply({ kind: 'text', name, text }, parse);
    return result.ok ? undefined : result.errors;
  }

  run(loadError: string | undefined): Answer {
    for (const event of this.trace.events) this.step(event);
    this.settle();
    if (!this.snapshots.end) this.snapshots.end = this.look(true);
    const { expect } = this.trace;
    if (expect) this.failures.push(...endFailures(expect, observe(this.router)));
    this.finishPackets();
    return {
      case: this.trace.name,
      loaded: loadError === undefined,
      ...(loadError !== undefined && { load_error: loadError }),
      packets: this.packets,
      snapshots: this.snapshots,
      summary: summarize(this.packets),
      failures: this.failures.sort((a, b) => (a.event ?? Infinity) - (b.event ?? Infinity)),
    };
  }

  private step(event: TraceEvent): void {
    const { ns } = this.router.datapath;
    ns.advance(event.time);
    this.current = event.index;
    ns.event = event.index;
    switch (event.kind) {
      case 'frame':
        ns.receive(ns.devices.named(event.iif)!.ifindex, event.bytes);
        this.packet(event);
        break;
      case 'send':
        ns.sendLocal(event.family === 'ip' ? NFPROTO_IPV4 : NFPROTO_IPV6, event.bytes);
        this.packet(event);
        break;
      case 'snapshot':
        this.snapshot(event.name);
        if (event.expect) {
          this.failures.push(...endFailures(event.expect, observe(this.router), event.name));
        }
        break;
      default:
        this.command(event);
    }
  }

  private packet(event: FrameEvent | SendEvent): void {
    this.packets.push({
      event: event.index,
      time: event.time / 1e6,
      ...(event.kind === 'frame' && { iif: event.iif }),
      egress: [],
    });
  }

  private command(event: Exclude<TraceEvent, FrameEvent | SendEvent | { kind: 'snapshot' }>): void {
    const error = this.change(event);
    this.packets.push({
      event: event.index,
      time: event.time / 1e6,
      egress: [],
      ...(error !== undefined && { failed: true, error }),
    });
  }

  /** What a command that changes the machine said if it was refused. */
  private change(
    event: Exclude<TraceEvent, FrameEvent | SendEvent | { kind: 'snapshot' }>,
  ): string | undefined {
    const { ns } = this.router.datapath;
    switch (event.kind) {
      case 'nft': {
        const result = this.router.nft(event.command);
        return result.ok ? undefined : result.errors;
      }
      case 'conntrack':
        return this.options.conntrack?.(this.router, event.command);
      case 'ip':
        return ip(ns, event.command);
      case 'link':
        return ip(ns, `link set ${event.dev} ${event.state}`);
      case 'sysctl':
        return Object.entries(event.values)
          .map(([name, value]) => sysctl(ns, `${name}=${value}`))
          .find((error) => error !== undefined);
    }
  }

  private snapshot(name: string): void {
    this.snapshots[name] = this.look(name === 'end');
  }

  private look(end: boolean): Snapshot {
    const { router } = this;
    return {
      nft_json: router.listJson(),
      conntrack: router.conntrackLines(true),
      proc: router.procLines(),
      ...(end && { nft: router.listText(), conntrack_plain: router.conntrackLines(false) }),
    };
  }

  /** What the last event caused may still be on its way. */
  private settle(): void {
    const { ns } = this.router.datapath;
    ns.advance(ns.clock.now + 1500);
  }

  /** Frames may leave long after their event: answers are made at the end. */
  private finishPackets(): void {
    this.packets.forEach((p, i) => {
      const event = this.trace.events[p.event]!;
      const outcome = this.outcome(p.event);
      const egress = outcome.seen(this.wires);
      const moves = event.kind === 'frame' || event.kind === 'send';
      const answer = { ...p, egress, ...(moves && outcome.packet(event.kind === 'send')) };
      this.packets[i] = answer;
      if (moves && event.expect) this.failures.push(...packetFailures(event.expect, answer));
    });
  }
}

/** Reads nothing, keeps nothing: a trace in, an answer out. */
export function replay(trace: Trace, options: ReplayOptions = {}): Answer {
  const run = new Replay(trace, options);
  return run.run(run.load(options.parse));
}
