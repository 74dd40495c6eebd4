/**
 * Plays a trace on a router and gathers the answer.
 */
import { describe, FlowLog, type FlowtableListener } from '../datapath/flowtable/index.ts';
import type { NetnsEvents } from '../datapath/netns.ts';
import { DATA, END, EVENT, FLAG_LOCAL, FLAGS, type Packet } from '../datapath/packet.ts';
import type { Trace, TraceEvent } from '../trace/trace.ts';
import { wiresOf } from '../trace/wire.ts';
import type { Answer, Failure, FlowNote, PacketAnswer, Snapshot } from './answer.ts';
import { endFailures, packetFailures } from './expect.ts';
import { limits } from './limits.ts';
import { observe } from './observe.ts';
import { Outcome } from './outcome.ts';
import { Pace } from './pace.ts';
import { playEvent, SETTLE_US } from './play.ts';
import type { Router } from './router.ts';
import { summarize } from './summary.ts';

const isPacket = (event: TraceEvent) => event.kind === 'frame' || event.kind === 'send';

const asksForRule = (event: TraceEvent): boolean =>
  (event.kind === 'frame' || event.kind === 'send') && event.expect?.rule !== undefined;

class Recording {
  private readonly router: Router;
  private readonly outcomes: Outcome[] = [];
  /** What happened to each flow, if it is asked for. */
  readonly log: FlowLog | null;
  /** The event that what happens now belongs to. */
  current = 0;

  constructor(router: Router, explain: boolean) {
    this.router = router;
    const { ns, conntrack } = router.datapath;
    this.log = explain ? new FlowLog(ns.clock, conntrack) : null;
  }

  of(event: number): Outcome {
    return (this.outcomes[event] ??= new Outcome());
  }

  get now(): Outcome {
    return this.of(this.current);
  }

  events(): Partial<NetnsEvents> {
    const { ns } = this.router.datapath;
    const own = (p: Packet) => (p.m[FLAGS]! & FLAG_LOCAL) !== 0;
    return {
      egress: (ifindex, p) => {
        const bytes = p.b.subarray(p.m[DATA]!, p.m[END]!);
        this.now.egress(ns.devices.get(ifindex)!.name, bytes, ns.clock.now);
        if (!ns.neigh4.asking && !ns.neigh6.asking) this.of(p.m[EVENT]!).leaves(own(p));
        if (!own(p)) this.log?.forwarded(p);
      },
      drop: (p, reason) => {
        this.of(p.m[EVENT]!).dropped(reason, own(p));
        if (!own(p)) this.log?.dropped(p);
      },
      local: () => this.now.local(),
    };
  }

  flows(): FlowtableListener {
    const { log } = this;
    return {
      fast: (p, flowtable, tuple, hardware) => {
        this.now.path = hardware ? 'hardware' : 'fast';
        log?.fast(p, flowtable, tuple, hardware);
      },
      offloaded: (p, flowtable, flow) => log?.offloaded(p, flowtable, flow),
      skipped: (p, flowtable, reason) => log?.skipped(p, flowtable, reason),
      missed: (p, flowtable, reason, tuple) => log?.missed(p, flowtable, reason, tuple),
      tornDown: (flowtable, flow, reason, p) => log?.tornDown(flowtable, flow, reason, p),
      collected: (flowtable, flow) => log?.collected(flowtable, flow),
    };
  }

  /** Times count from `start`, in µs. */
  flowNotes(start: number): readonly FlowNote[] | undefined {
    return this.log?.entries.map((entry) => ({
      ...entry,
      time: (entry.time - start) / 1e6,
      text: describe(entry),
    }));
  }
}

export interface ReplayOptions {
  /** The ruleset was refused; why. */
  readonly loadError?: string;
  /** Say of each flow what happened to it. */
  readonly explain?: boolean;
}

/** Until conntrack has asked for the last connections, in jiffies. */
const LOOK_JIFFIES = 8;

function look(router: Router, end: boolean): Snapshot {
  const conntrack = (extended: boolean) => router.conntrackLines(extended, LOOK_JIFFIES);
  return {
    nft_json: router.listJson(),
    conntrack: conntrack(true),
    proc: router.procLines(LOOK_JIFFIES),
    ...(end && { nft: router.listText(), conntrack_plain: conntrack(false) }),
  };
}

/**
 * Plays a trace on a router that has its ruleset (or not: `loadError`), from the router's present
 * time on.
 */
export function replay(
  router: Router,
  trace: Trace,
  { loadError, explain = false }: ReplayOptions = {},
): Answer {
  const recording = new Recording(router, explain);
  router.watch(recording.events(), recording.flows());
  if (trace.events.some(asksForRule)) {
    router.decisions((by) => {
      recording.now.rule = by;
    });
  }
  const traced: string[] = [];
  const endMonitor = trace.monitor ? router.monitorTrace((line) => traced.push(line)) : undefined;
  const { ns } = router.datapath;
  const start = ns.clock.now;
  const snapshots: Record<string, Snapshot> = {};
  const failures: Failure[] = [];
  const errors = new Map<number, string>();
  const pace = new Pace(ns.profile.toil);
  for (const event of trace.events) {
    const { at, effect } = pace.begin(event, start + event.time);
    ns.advance(at);
    recording.current = event.index;
    if (effect > at) ns.advance(effect);
    const error = playEvent(router, event, start);
    if (error !== undefined) errors.set(event.index, error);
    if (event.kind !== 'snapshot') continue;
    ns.advance(at + ns.profile.toil.snapshot / 2);
    snapshots[event.name] = look(router, event.name === 'end');
    if (event.expect) failures.push(...endFailures(event.expect, observe(router), event.name));
  }
  ns.advance(ns.clock.now + SETTLE_US);
  snapshots.end ??= look(router, true);
  if (trace.expect) failures.push(...endFailures(trace.expect, observe(router)));
  const wires = [...wiresOf(trace.env).keys()];
  const packets = trace.events
    .filter((event) => event.kind !== 'snapshot')
    .map((event) => answerOf(event, recording.of(event.index), errors.get(event.index), wires));
  for (const p of packets) {
    const event = trace.events[p.event]!;
    if ((event.kind === 'frame' || event.kind === 'send') && event.expect) {
      failures.push(...packetFailures(event.expect, p));
    }
  }
  endMonitor?.();
  router.watch({}, null);
  const flows = recording.flowNotes(start);
  const notes = limits(router);
  return {
    case: trace.name,
    loaded: loadError === undefined,
    ...(loadError !== undefined && { load_error: loadError }),
    packets,
    snapshots,
    ...(trace.monitor && { monitor: traced }),
    ...(flows && { flows }),
    ...(notes.length > 0 && { notes }),
    summary: summarize(packets),
    failures: failures.sort((a, b) => order(a) - order(b)),
  };
}

/** Events first, in their order, then snapshots and the end. */
const order = (failure: Failure): number => failure.event ?? Number.MAX_SAFE_INTEGER;

function answerOf(
  event: TraceEvent,
  outcome: Outcome,
  error: string | undefined,
  wires: readonly string[],
): PacketAnswer {
  return {
    event: event.index,
    time: event.time / 1e6,
    ...(event.kind === 'frame' && { iif: event.iif }),
    egress: outcome.seen(wires),
    ...(isPacket(event) && outcome.packet(event.kind === 'send')),
    ...(error !== undefined && { failed: true as const, error }),
  };
}
