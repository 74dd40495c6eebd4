/**
 * Trace files -> Trace: JSON and JSON Lines.
 *
 * Owns the reading and checking of a case with the files it names (ruleset, env). Every problem is
 * found and reported with its event and field before anything runs.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { envOf, type Machines } from './env.ts';
import { ethernetFrame, networkPacket, type PacketFields } from './frame.ts';
import { FieldError, type Problem } from './problem.ts';
import { failure, jsonProblem, type Place, report } from './report.ts';
import {
  type CaseHead,
  caseSchema,
  type Env,
  type Event,
  endExpectSchema,
  eventSchema,
  packetExpectSchema,
} from './schema.ts';
import { checkTogether } from './together.ts';
import type { FrameEvent, RulesetText, SendEvent, Trace, TraceEvent } from './trace.ts';
import { type Wires, wiresOf } from './wire.ts';

export interface ReadResult {
  readonly trace?: Trace;
  readonly problems: readonly Problem[];
}

/** A JSON document with its events, or one document a line: head first, then events. */
interface Document {
  readonly head: unknown;
  readonly events: readonly unknown[];
  /** The line of event n, where it stands on a line of its own. */
  readonly lineOf?: (event: number) => number;
}

const MAX_PROBLEMS = 20;

function parseLines(file: string, text: string, problems: Problem[]): Document | undefined {
  const values: unknown[] = [];
  const numbers: number[] = [];
  text.split('\n').forEach((line, i) => {
    if (!line.trim() || problems.length >= MAX_PROBLEMS) return;
    try {
      values.push(JSON.parse(line));
      numbers.push(i + 1);
    } catch {
      problems.push({ file, message: jsonProblem(line, i + 1) });
    }
  });
  if (problems.length) return undefined;
  return { head: values[0], events: values.slice(1), lineOf: (event) => numbers[event + 1]! };
}

/** JSON Lines if the first line is a document of its own and more follow. */
function parseDocument(file: string, text: string, problems: Problem[]): Document | undefined {
  const firstLine = text.slice(0, Math.max(0, text.indexOf('\n')));
  if (firstLine.trim() && text.slice(firstLine.length).trim()) {
    try {
      JSON.parse(firstLine);
      return parseLines(file, text, problems);
    } catch {
      // One document over many lines.
    }
  }
  try {
    const head: unknown = JSON.parse(text);
    const events = (head as { events?: unknown } | null)?.events;
    return { head, events: Array.isArray(events) ? events : [] };
  } catch {
    problems.push({ file, message: jsonProblem(text) });
    return undefined;
  }
}

function readText(file: string, field: string, at: Place, problems: Problem[]): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (e) {
    problems.push({ ...at, field, message: `${file}: ${failure(e)}` });
    return undefined;
  }
}

function readRuleset(file: string, head: CaseHead, problems: Problem[]): RulesetText | undefined {
  const given = head.ruleset;
  if (given === undefined) return undefined;
  const directory = path.dirname(file);
  if (given.includes('\n') || given.includes('{')) return { name: file, text: given, directory };
  const name = path.join(directory, given);
  const text = readText(name, 'ruleset', { file }, problems);
  return text === undefined ? undefined : { name, text, directory: path.dirname(name) };
}

const MIN_FRAME = 14;

function packetEvent(e: Event, index: number, time: number, wires: Wires): FrameEvent | SendEvent {
  if (e.iif !== undefined) {
    const wire = wires.get(e.iif);
    if (!wire) throw new FieldError('iif', `no device with a wire has the name '${e.iif}'`);
    const bytes = ethernetFrame(e as PacketFields, wire);
    if (bytes.length < MIN_FRAME) {
      throw new FieldError('frame', `${bytes.length} bytes are too short for an Ethernet header`);
    }
    return { kind: 'frame', index, time, iif: e.iif, bytes };
  }
  if (e.frame !== undefined) throw new FieldError('iif', 'a frame needs the device it comes in by');
  const fields = e as PacketFields;
  if (!fields.ip && !fields.ip6) {
    throw new FieldError('', 'neither a packet, a command nor a snapshot');
  }
  const bytes = networkPacket(fields);
  return { kind: 'send', index, time, family: fields.ip6 ? 'ip6' : 'ip', bytes };
}

function makeEvent(e: Event, index: number, time: number, wires: Wires): TraceEvent {
  checkTogether(e);
  if (e.nft !== undefined) return { kind: 'nft', index, time, command: e.nft };
  if (e.conntrack !== undefined) return { kind: 'conntrack', index, time, command: e.conntrack };
  if (typeof e.ip === 'string') return { kind: 'ip', index, time, command: e.ip };
  if (e.sysctl) return { kind: 'sysctl', index, time, values: e.sysctl };
  if (e.link) return { kind: 'link', index, time, ...e.link };
  if (e.snapshot !== undefined) return { kind: 'snapshot', index, time, name: e.snapshot };
  return packetEvent(e, index, time, wires);
}

/** Adds what the event expects: a packet's fate, or what a snapshot shows. */
function withExpect(event: TraceEvent, raw: unknown, at: Place, problems: Problem[]): TraceEvent {
  if (raw === undefined) return event;
  if (event.kind !== 'frame' && event.kind !== 'send' && event.kind !== 'snapshot') {
    throw new FieldError('expect', 'only packets and snapshots can expect something');
  }
  const schema = event.kind === 'snapshot' ? endExpectSchema : packetExpectSchema;
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { ...event, expect: parsed.data } as TraceEvent;
  report(parsed.error, at, 'expect', problems);
  return event;
}

function readEvents(file: string, doc: Document, env: Env, problems: Problem[]): TraceEvent[] {
  const wires = wiresOf(env);
  const events: TraceEvent[] = [];
  let last = 0;
  for (let index = 0; index < doc.events.length && problems.length < MAX_PROBLEMS; index++) {
    const at: Place = { file, event: index, ...(doc.lineOf && { line: doc.lineOf(index) }) };
    const parsed = eventSchema.safeParse(doc.events[index]);
    if (!parsed.success) {
      report(parsed.error, at, '', problems);
      continue;
    }
    const time = Math.round((parsed.data.time ?? 0) * 1e6);
    if (time < last) {
      problems.push({
        ...at,
        field: 'time',
        message: `${time / 1e6} s is before the event that precedes it (${last / 1e6} s)`,
      });
      continue;
    }
    last = time;
    try {
      const event = makeEvent(parsed.data, index, time, wires);
      events.push(withExpect(event, parsed.data.expect, at, problems));
    } catch (e) {
      if (!(e instanceof FieldError)) throw e;
      problems.push({ ...at, field: e.field, message: e.message });
    }
  }
  return events;
}

/** The name of a case: `DIR/x.case.json` -> `x`. */
function caseName(file: string): string {
  return path.basename(file).replace(/(\.case)?\.jsonl?$|\.ndjson$/, '');
}

/** Reads and checks a trace file; a trace comes back only if nothing is wrong with it. */
export function readTrace(file: string, machines: Machines = {}): ReadResult {
  const problems: Problem[] = [];
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (e) {
    return { problems: [{ file, message: failure(e) }] };
  }
  const doc = parseDocument(file, text, problems);
  if (!doc) return { problems };
  const parsed = caseSchema.safeParse(doc.head);
  if (!parsed.success) {
    report(parsed.error, { file }, '', problems);
    return { problems };
  }
  const head = parsed.data;
  const env = envOf(file, head, machines, problems);
  const ruleset = readRuleset(file, head, problems);
  if (!env) return { problems };
  const events = readEvents(file, doc, env, problems);
  if (problems.length) return { problems };
  const trace: Trace = {
    file,
    name: caseName(file),
    monitor: head.monitor ?? false,
    env,
    hasMachine: (machines.given ?? head.env) !== undefined,
    events,
    ...(head.about !== undefined && { about: head.about }),
    ...(ruleset && { ruleset }),
    ...(head.expect && { expect: head.expect }),
  };
  return { trace, problems };
}
