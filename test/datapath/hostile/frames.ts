/**
 * Broken frames: packets of the fuzzer's conversations, cut, stretched, overwritten, with headers
 * nested and lengths that lie; and bytes that never were a packet.
 */

import { ethernetFrame, type PacketFields } from '../../../src/trace/frame.ts';
import { type Wires, wiresOf } from '../../../src/trace/wire.ts';
import { conversation, type Numbers } from '../../kernel/fuzz/conversation.ts';
import { distort } from '../../kernel/fuzz/distort.ts';
import type { Machine } from '../../kernel/fuzz/machine.ts';
import type { Random } from '../../kernel/fuzz/random.ts';

export interface Broken {
  readonly iif: string;
  readonly bytes: Uint8Array;
}

type Break = (r: Random, frame: Uint8Array) => Uint8Array;

const ODD_BYTES = [0, 1, 2, 4, 6, 17, 43, 44, 58, 60, 0x40, 0x45, 0x4f, 0x60, 0x7f, 0x80, 0xff];

/** One byte, most often one of a header. */
const poke: Break = (r, frame) => {
  const copy = frame.slice();
  for (let n = r.between(1, 4); n > 0; n--) {
    const at = r.percent(80) ? r.below(Math.min(copy.length, 80)) : r.below(copy.length);
    copy[at] = r.percent(60) ? r.pick(ODD_BYTES) : r.below(256);
  }
  return copy;
};

const cut: Break = (r, frame) =>
  frame.slice(
    0,
    14 + r.below(Math.max(1, Math.min(frame.length - 14, r.pick([4, 24, 44, 64, 2000])))),
  );

const stretch: Break = (r, frame) => {
  const longer = new Uint8Array(frame.length + r.pick([1, 6, 46, 1400, 9000]));
  longer.set(frame);
  return longer;
};

/** Chains of extension headers, each naming the next, some with lengths that lie. */
const nested: Break = (r, frame) => {
  const count = r.pick([1, 3, 10, 40, 150]);
  const kinds = [0, 43, 44, 51, 60, 135, 139, 140];
  const chain = new Uint8Array(count * 8);
  for (let i = 0; i < count; i++) {
    const lies = r.percent(5) ? r.below(256) : 0;
    chain.set(
      [
        i + 1 < count ? r.pick(kinds) : r.pick([6, 17, 58, 59, 4, 41]),
        lies,
        r.below(256),
        0,
        1,
        4,
        0,
        0,
      ],
      8 * i,
    );
  }
  const head = new Uint8Array(54);
  head.set(frame.subarray(0, 12));
  head.set([0x86, 0xdd, 0x60, 0, 0, 0], 12);
  const body = frame.subarray(Math.min(frame.length, 34));
  const length = r.percent(90) ? chain.length + body.length : r.below(65536);
  head.set([length >> 8, length & 255, r.pick(kinds), r.pick([0, 1, 64])], 18);
  for (let i = 22; i < 54; i++) head[i] = r.percent(50) ? (frame[i] ?? 0) : r.below(256);
  return Uint8Array.from([...head, ...chain, ...body]);
};

/** Tiny and overlapping pieces, of few identifications, so that they meet. */
const piece: Break = (r, frame) => {
  const copy = frame.slice(0, Math.min(frame.length, r.pick([35, 38, 42, 58, 62, 100, 1500])));
  if (copy.length < 34) return copy;
  const at = r.pick([0, 1, 2, 3, 8, 100, 8190, 8191]);
  if (copy[12] === 0x86) {
    copy[20] = 44;
    if (copy.length < 62) return copy;
    const offset = at << 3;
    const next = r.pick([6, 17, 58, 44, 0]);
    copy.set([next, 0, offset >> 8, (offset & 0xf8) | r.below(2), 0, 0, 0, r.below(3)], 54);
  } else if (copy[12] === 8) {
    copy.set([0, r.below(3), (r.below(2) << 5) | (at >> 8), at & 255], 18);
    const total = copy.length - 14;
    copy.set([total >> 8, total & 255], 16);
    mend(copy);
  }
  return copy;
};

/** The IPv4 header's checksum made right, so that the packet gets past it. */
function mend(frame: Uint8Array): void {
  const words = frame[14]! & 15;
  frame[24] = frame[25] = 0;
  let sum = 0;
  for (let i = 14; i < 14 + words * 4; i += 2) sum += ((frame[i] ?? 0) << 8) | (frame[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  frame[24] = (~sum >> 8) & 255;
  frame[25] = ~sum & 255;
}

/** Lengths of headers and packets that contradict each other, with a right checksum. */
const lying: Break = (r, frame) => {
  const copy = frame.slice();
  if (copy[12] === 8 && copy.length > 40) {
    if (r.percent(50)) copy[14] = 0x40 | r.below(16);
    if (r.percent(50)) copy[r.pick([16, 17])] = r.below(256);
    const th = 14 + (copy[14]! & 15) * 4;
    if (th + 13 < copy.length) copy[th + r.pick([4, 5, 12])] = r.below(256);
    mend(copy);
  } else if (copy.length > 66) copy[r.pick([18, 19, 20, 55, 58, 66])] = r.below(256);
  return copy;
};

const tagged: Break = (r, frame) => {
  const tags = r
    .times(r.pick([1, 2, 8]), () => [
      r.pick([0x81, 0x88, 0x86]),
      r.pick([0, 0xa8, 0x64]),
      r.below(256),
      r.pick([10, 1, 0]),
    ])
    .flat();
  return Uint8Array.from([...frame.subarray(0, 12), ...tags, ...frame.subarray(12)]);
};

const noise: Break = (r, frame) => {
  const bytes = Uint8Array.from({ length: r.pick([14, 15, 34, 60, 200]) }, () => r.below(256));
  bytes.set(frame.subarray(0, r.pick([6, 14])));
  return bytes;
};

const BREAKS: readonly (readonly [number, Break])[] = [
  [20, (_, frame) => frame],
  [25, poke],
  [12, cut],
  [4, stretch],
  [10, nested],
  [14, piece],
  [12, lying],
  [4, tagged],
  [3, noise],
];

/** Frames without end. */
export function* brokenFrames(r: Random, machine: Machine): Generator<Broken, never> {
  const wires: Wires = wiresOf(machine.env as never);
  const numbers: Numbers = { next: 0 };
  for (;;) {
    const { packets } = conversation(r, machine, numbers);
    numbers.next %= 40_000;
    for (let next = packets.next([]); !next.done; next = packets.next([])) {
      for (const fields of distort(r, next.value)) {
        const iif = fields.iif as string;
        const whole = ethernetFrame(fields as unknown as PacketFields, wires.get(iif)!);
        let bytes = r.weighted(BREAKS)(r, whole);
        if (r.percent(15)) bytes = r.weighted(BREAKS)(r, bytes);
        if (bytes.length >= 14) yield { iif, bytes };
      }
    }
  }
}
