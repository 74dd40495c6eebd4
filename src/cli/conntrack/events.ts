/**
 * `conntrack -E`: connections as they come, change and go.
 *
 * Mirrors event_cb of conntrack: which events it shows, and how.
 */
import {
  type EventKind,
  eventKind,
  eventLine,
  eventXml,
  formatSave,
  XML_HEADER,
} from '../../datapath/conntrack/list/index.ts';
import type { Listen } from '../follow.ts';
import { type ConntrackCommand, TOOL } from './command.ts';
import { matches } from './filter.ts';
import { lineOptions } from './output.ts';
import type { ConntrackIo, ConntrackMachine } from './run.ts';

const SAVED = { NEW: '-A', UPDATE: '-U', DESTROY: '-D' } as const satisfies Record<
  EventKind,
  string
>;

/** `[00000012.345678]\t`, of µs since the start of the run taken as the epoch. */
function timestamp(us: number): string {
  const seconds = String(Math.floor(us / 1_000_000)).padStart(8, '0');
  return `[${seconds}.${String(Math.floor(us % 1_000_000)).padStart(6, '0')}]\t`;
}

export class Events {
  private readonly command: ConntrackCommand;
  private readonly io: ConntrackIo;
  private shown = 0;

  constructor(command: ConntrackCommand, io: ConntrackIo) {
    this.command = command;
    this.io = io;
  }

  readonly listen: Listen = (router, process) => this.watch(router.datapath, process);

  /** `process`: the number of the one that makes what is not a packet's doing. */
  watch({ conntrack: ct, labels }: ConntrackMachine, process: () => number): void {
    const { events: kinds, family, output } = this.command;
    const named = output.labels ? labels : undefined;
    const options = lineOptions(output, named, true);
    ct.listener = (events, row, user) => {
      const kind = eventKind(events);
      if (kinds.length > 0 && !kinds.includes(kind)) return;
      if (family !== 0 && ct.l3num(row) !== family) return;
      if (!matches(ct, row, this.command)) return;
      const { now } = ct.netns.clock;
      const sender = user ? process() : undefined;
      if (output.save) this.print(formatSave(ct, row, SAVED[kind]));
      else if (output.xml) {
        const when = output.timestamp ? now : undefined;
        const xml = { ktimestamp: output.ktimestamp, labels: named, when };
        this.print(eventXml(ct, row, events, sender, xml));
      } else {
        const when = output.timestamp ? timestamp(now) : '';
        this.print(`${when}${eventLine(ct, row, events, sender, options)}`);
      }
    };
  }

  private print(line: string): void {
    if (this.command.output.xml && this.shown === 0) this.io.out(`${XML_HEADER}<conntrack>\n`);
    this.shown++;
    this.io.out(`${line}\n`);
  }

  /** What the tool says when it is interrupted. */
  end(): void {
    if (this.command.output.xml && this.shown > 0) this.io.out('</conntrack>\n');
    this.io.err(`${TOOL}: ${this.shown} flow events have been shown.\n`);
  }
}
