/**
 * What happens while one event plays: the frames that leave, drops, deliveries, decisions.
 *
 * Owns the recorder that stands behind the machine's events, and how a packet's fate follows from
 * what was recorded.
 */
import type { EgressFrame, Fate, PacketAnswer, Path } from './answer.ts';

interface Frame extends EgressFrame {
  /** The moment it left, in µs. */
  readonly at: number;
}

/** Frames of one moment as a listener on all wires takes them: one from each wire in turn. */
function inTurn(frames: readonly Frame[], wires: readonly string[]): Frame[] {
  const queues = wires.map((w) => frames.filter((f) => f.oif === w));
  const out: Frame[] = [];
  while (out.length < frames.length) for (const q of queues) if (q.length) out.push(q.shift()!);
  return out;
}

export class Outcome {
  private frames: Frame[] = [];
  private left = false;
  private answered = false;
  private drop?: { readonly reason: string; readonly own: boolean };
  private delivered = false;
  path: Path = 'slow';
  rule?: string;

  /** A frame leaves while the event plays. */
  egress(oif: string, bytes: Uint8Array, at: number): void {
    this.frames.push({ oif, frame: Buffer.from(bytes).toString('hex'), at });
  }

  /** What came in or was sent with the event leaves, now or later; `own`: what the machine answered. */
  leaves(own: boolean): void {
    if (own) this.answered = true;
    else this.left = true;
  }

  /** Of several drops (copies, errors about errors) the first one of a received packet counts. */
  dropped(reason: string, own: boolean): void {
    if (!this.drop || (this.drop.own && !own)) this.drop = { reason, own };
  }

  local(): void {
    this.delivered = true;
  }

  private fate(sent: boolean): Fate {
    if (sent) {
      const gone = this.left || this.answered || this.delivered;
      return gone && !this.drop ? 'sent' : 'dropped';
    }
    if (this.left) return 'forwarded';
    if (this.drop && !this.delivered) return this.answered ? 'refused' : 'dropped';
    if (this.answered) return 'answered';
    return this.delivered ? 'delivered' : 'dropped';
  }

  /** Frames in the order in which they would be seen on the wires. */
  seen(wires: readonly string[]): EgressFrame[] {
    const moments = new Map<number, Frame[]>();
    for (const f of this.frames) moments.set(f.at, [...(moments.get(f.at) ?? []), f]);
    return [...moments.values()]
      .flatMap((frames) => inTurn(frames, wires))
      .map(({ oif, frame }) => ({ oif, frame }));
  }

  packet(sent: boolean): Pick<PacketAnswer, 'verdict' | 'path' | 'reason' | 'rule'> {
    const verdict = this.fate(sent);
    const stopped = verdict === 'dropped' || verdict === 'refused';
    return {
      verdict,
      path: this.path,
      ...(stopped && this.drop && { reason: this.drop.reason }),
      ...(this.rule !== undefined && { rule: this.rule }),
    };
  }
}
