/**
 * What a machine is busy with: commands and looks take their time, and what a trace has next waits
 * until they are done, as it does on the machines that cases are recorded on.
 */
import type { Toil } from '../datapath/profile.ts';
import type { TraceEvent } from '../trace/trace.ts';

/** Packets that wait come so far apart, or as close as the trace has them. */
const PACKET_US = 1660;
/** A program has to start before it does anything: the part of its time that is over by then. */
const STARTED = 0.75;

export class Pace {
  private readonly toil: Toil;
  /** When the machine is done with the event before, and when the trace had that one. */
  private free = 0;
  private last = 0;
  private lastIsPacket = false;

  constructor(toil: Toil) {
    this.toil = toil;
  }

  /** When an event comes that a trace has at `time`, and when it takes effect. */
  begin({ kind }: TraceEvent, time: number): { readonly at: number; readonly effect: number } {
    if (this.lastIsPacket) this.free += Math.min(PACKET_US, time - this.last);
    const at = Math.max(time, this.free);
    const isPacket = kind === 'frame' || kind === 'send';
    const busy = isPacket ? 0 : this.toil[kind];
    Object.assign(this, { free: at + busy, last: time, lastIsPacket: isPacket });
    return { at, effect: kind === 'snapshot' ? at : at + busy * STARTED };
  }
}
