/**
 * The conntrack command on a machine: one function per command.
 *
 * Data goes to `out`, counts and complaints to `err`, as conntrack-tools 1.4.8 writes them.
 */

import {
  type CtError,
  changeEntry,
  createEntry,
  flushEntries,
  zeroCounters,
} from '../../datapath/conntrack/ctnetlink.ts';
import { type Conntrack, IPS_HW_OFFLOAD } from '../../datapath/conntrack/index.ts';
import {
  expectationLine,
  expectationXml,
  formatLine,
  formatSave,
  formatXml,
  listedRows,
  XML_HEADER,
} from '../../datapath/conntrack/list/index.ts';
import { tupleProtonum } from '../../datapath/conntrack/tuple.ts';
import { NONE } from '../../datapath/packet.ts';
import type { SourceReader } from '../../parser/index.ts';
import { CommandError, type ConntrackCommand, TOOL, usageError } from './command.ts';
import { changeOf, newEntry, tuplesOf } from './create.ts';
import {
  isIcmp,
  isNamed,
  labelsMatch,
  matches,
  natMatches,
  networkMatches,
  sameOriginal,
  sameReply,
} from './filter.ts';
import { COMPARING } from './options.ts';
import { lineOptions } from './output.ts';
import { usage } from './usage.ts';

/** Where a command reads from and writes to. */
export interface ConntrackIo {
  out(text: string): void;
  err(text: string): void;
  stdin(): string;
  /** Files that the command line names. */
  readonly files: Pick<SourceReader, 'read'>;
}

export interface ConntrackMachine {
  readonly conntrack: Conntrack;
  /** connlabel.conf: names by bit; absent: there is no such file. */
  readonly labels?: ReadonlyMap<number, string>;
}

/** What the tool says of errno, by command. */
const MESSAGES: Readonly<Record<CtError | 'EOPNOTSUPP', string>> = {
  EINVAL: 'invalid parameters',
  EEXIST: 'Such conntrack exists, try -U to update',
  ENOENT: "such conntrack doesn't exist",
  ENOMEM: 'not enough memory',
  ETIME: 'conntrack has expired',
  EPERM: 'sorry, you must be root or get CAP_NET_ADMIN capability to do this',
  EBUSY: 'Device or resource busy',
  EOPNOTSUPP: 'Operation not supported',
  ENOSPC: 'No space left on device',
};

const failed = (error: CtError | 'EOPNOTSUPP'): CommandError =>
  new CommandError(1, `Operation failed: ${MESSAGES[error]}`);

class Run {
  private readonly command: ConntrackCommand;
  private readonly io: ConntrackIo;
  private readonly machine: ConntrackMachine;
  private readonly ct: Conntrack;
  private counter = 0;

  constructor(command: ConntrackCommand, io: ConntrackIo, machine: ConntrackMachine) {
    this.command = command;
    this.io = io;
    this.machine = machine;
    this.ct = machine.conntrack;
  }

  /** Does it; false: conntrack exits with 1. */
  run(): boolean {
    const { letter, table } = this.command;
    this.checkWords();
    if (table === 'expect' && letter !== null && !'Vh'.includes(letter)) return this.expect(letter);
    switch (letter) {
      case 'L':
        return this.list();
      case 'G':
        return this.get();
      case 'D':
        return this.delete();
      case 'U':
        return this.update();
      case 'I':
        return this.create(false, 'created');
      case 'A':
        return this.create(true, 'added');
      case 'F':
        flushEntries(this.ct);
        this.say('connection tracking table has been emptied.');
        return true;
      case 'C':
        this.io.out(`${this.ct.table.count}\n`);
        return true;
      case 'S':
        this.stats();
        return true;
      case 'E':
        // What it shows comes later (events.ts).
        return this.shown('flow events have been shown.', true);
      case 'V':
        this.io.out(`${TOOL}\n`);
        return true;
      default:
        this.io.out(usage(this.command.given.protonum));
        return true;
    }
  }

  private say(text: string): void {
    this.io.err(`${TOOL}: ${text}\n`);
  }

  private shown(text: string, mayBeNone: boolean): boolean {
    this.say(`${this.counter} ${text}`);
    return mayBeNone || this.counter > 0;
  }

  /** Words of --status that came with 1.4.7. */
  private checkWords(): void {
    const { status = 0, statusMask } = this.command.given;
    if (this.ct.netns.profile.conntrackListsAll) return;
    if (statusMask !== 0) throw usageError("Bad parameter `UNREPLIED'");
    if (status & IPS_HW_OFFLOAD) throw usageError("Bad parameter `HW_OFFLOAD'");
  }

  /** nfct_filter_init */
  private checkMasks(): void {
    const { mask, original } = this.command.given;
    for (const end of ['src', 'dst'] as const)
      if (mask[end] && !original[end]) throw usageError(`Can't use --mask-${end} without --${end}`);
  }

  private format(row: number, command: '-A' | '-D', whole: boolean): string {
    const { output } = this.command;
    const labels = output.labels && whole ? this.machine.labels : undefined;
    if (output.save) return formatSave(this.ct, row, command);
    if (output.xml) return formatXml(this.ct, row, { ktimestamp: output.ktimestamp, labels });
    return formatLine(this.ct, row, lineOptions(output, labels, whole));
  }

  /** Lines, with XML's frame around them where there are any. */
  private print(lines: readonly string[], frame: string): void {
    const xml = this.command.output.xml && lines.length > 0;
    if (xml) this.io.out(`${XML_HEADER}<${frame}>\n`);
    for (const line of lines) this.io.out(`${line}\n`);
    if (xml) this.io.out(`</${frame}>\n`);
    this.counter += lines.length;
  }

  private list(): boolean {
    const { options, family, table, given } = this.command;
    const { ct } = this;
    if (table === 'conntrack') {
      if (options.has('zero') && COMPARING.some((name) => options.has(name)))
        throw usageError("Can't use -z with filtering parameters");
      this.checkMasks();
    }
    const wanted = given.status ?? 0;
    const statusMask = given.statusMask || wanted;
    const kernelLooks = ct.netns.profile.conntrackListsAll && table === 'conntrack';
    if (options.has('status') && statusMask === 0 && kernelLooks) throw failed('EINVAL');
    const rows = table === 'conntrack' ? listedRows(ct, family) : [];
    const lines = rows
      .filter((row) => (ct.table.status[row]! & statusMask) === wanted || !options.has('status'))
      .filter((row) => matches(ct, row, this.command))
      .map((row) => {
        const line = this.format(row, '-A', true);
        if (options.has('zero')) zeroCounters(ct, row);
        return line;
      });
    this.print(lines, 'conntrack');
    return this.shown('flow entries have been shown.', true);
  }

  private get(): boolean {
    const { ct, command } = this;
    const { src, dst } = command.given.original;
    const tuples = src || dst ? tuplesOf(ct, command) : undefined;
    if (!tuples) throw failed('EINVAL');
    const h = ct.lookup(tuples[0], 0);
    if (h === NONE) throw failed('ENOENT');
    if (matches(ct, h >> 1, command)) {
      if (command.output.xml) this.io.out(`${XML_HEADER}<conntrack>\n`);
      // XML that is begun here is never ended, nor does the tool
      this.io.out(`${this.held(h >> 1)}\n`);
      this.counter++;
    }
    return this.shown('flow entries have been shown.', false);
  }

  /** The line of an entry that the kernel looked up: it holds a reference meanwhile. */
  private held(row: number): string {
    this.ct.hold(row);
    const line = this.format(row, '-A', true);
    this.ct.release(row);
    return line;
  }

  private delete(): boolean {
    const { ct, command } = this;
    this.checkMasks();
    let flushed = false;
    for (const row of listedRows(ct, command.family)) {
      if (!matches(ct, row, command)) continue;
      // what was emptied in between is not found any more
      if (flushed) throw failed('ENOENT');
      const line = this.format(row, '-D', false);
      flushed = ct.netns.profile.conntrackNamesFew && !isNamed(ct.protonum(row));
      if (flushed) flushEntries(ct);
      if (ct.kill(row, true)) this.io.out(`${line}\n`);
      this.counter++;
    }
    return this.shown('flow entries have been deleted.', false);
  }

  private update(): boolean {
    const { ct, command } = this;
    this.checkMasks();
    const { options, given } = command;
    const tuples = ['src', 'dst', 'protonum'].some((name) => options.has(name));
    const reply = ['reply-src', 'reply-dst', 'protonum'].some((name) => options.has(name));
    for (const row of listedRows(ct, command.family)) {
      if (!natMatches(ct, row, command) || !labelsMatch(ct, row, command)) continue;
      if (!networkMatches(ct, row, command)) continue;
      if (given.id !== undefined && ct.id(row) !== given.id) continue;
      if (tuples && !sameOriginal(ct, row, command)) continue;
      if (reply && !sameReply(ct, row, command)) continue;
      const change = changeOf(ct, row, command);
      // the request names no zone, so that entries of a zone are not found
      if (!change || ct.table.zone[row] !== 0) continue;
      if (command.family === 0 && ct.netns.profile.conntrackUpdatesWithoutFamily) {
        this.io.err('Operation failed: Operation not supported\n');
        throw failed('EOPNOTSUPP');
      }
      const few = ct.netns.profile.conntrackNamesFew;
      if (few && !isNamed(ct.protonum(row))) throw failed('EINVAL');
      const error = few && isIcmp(ct.protonum(row)) ? undefined : changeEntry(ct, row, change);
      if (error) throw failed(error);
      // it is read again before it counts, and what has no time left is not found
      if (ct.isExpired(row)) continue;
      this.io.out(`${this.held(row)}\n`);
      this.counter++;
    }
    return this.shown('flow entries have been updated.', false);
  }

  private create(orChange: boolean, done: string): boolean {
    const { ct, command } = this;
    const entry = newEntry(ct, command);
    if (!entry) throw failed('EINVAL');
    const few = ct.netns.profile.conntrackNamesFew;
    if (few && !isNamed(tupleProtonum(entry.original))) throw failed('EINVAL');
    const h = orChange ? ct.lookup(entry.original, entry.zone) : NONE;
    if (h !== NONE && ct.netns.profile.conntrackUpdatesWithoutFamily) {
      this.shown('flow entries have been added.', true);
      return true;
    }
    const result = h === NONE ? createEntry(ct, entry) : changeEntry(ct, h >> 1, entry);
    if (typeof result === 'string') throw failed(result);
    this.counter++;
    return this.shown(`flow entries have been ${done}.`, false);
  }

  private stats(): void {
    const { stats } = this.ct;
    const names = {
      found: stats.found,
      invalid: stats.invalid,
      insert: stats.insert,
      insert_failed: stats.insertFailed,
      drop: stats.drop,
      early_drop: stats.earlyDrop,
      error: stats.error,
      search_restart: stats.searchRestart,
      clash_resolve: stats.clashResolve,
      chaintoolong: stats.chainTooLong,
    };
    this.cpuLine(names);
  }

  private cpuLine(values: Readonly<Record<string, number>>): void {
    const text = Object.entries(values).map(([name, value]) => `${name}=${value} `);
    this.io.out(`cpu=0   \t${text.join('')}\n`);
  }

  private expect(letter: string): boolean {
    const { ct, command } = this;
    const { expectations, stats } = ct;
    switch (letter) {
      case 'L': {
        const format = command.output.xml ? expectationXml : expectationLine;
        const lines = expectations.list().map((exp) => format(ct, exp));
        this.print(lines, 'expect');
        return this.shown('expectations have been shown.', true);
      }
      case 'F':
        for (const exp of expectations.list()) expectations.unlink(exp);
        this.say('expectation table has been emptied.');
        return true;
      case 'C':
        this.io.out(`${expectations.list().length}\n`);
        return true;
      case 'S':
        this.cpuLine({
          expect_new: stats.expectNew,
          expect_create: stats.expectCreate,
          expect_delete: stats.expectDelete,
        });
        return true;
      default:
        throw new CommandError(1, `-${letter} expect: not supported`);
    }
  }
}

/** Runs one command; false: the exit status is 1. Throws CommandError. */
export const runCommand = (
  command: ConntrackCommand,
  io: ConntrackIo,
  machine: ConntrackMachine,
): boolean => new Run(command, io, machine).run();
