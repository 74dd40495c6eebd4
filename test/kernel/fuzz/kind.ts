/** Kinds of differences: cases with the same one are likely to have the same cause. */

const half = (hex: string, at: number): number =>
  Number.parseInt(hex.slice(2 * at, 2 * at + 4), 16);
const byte = (hex: string, at: number): number =>
  Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16);

const HEADS: Readonly<Record<number, string>> = { 2054: 'arp', 2048: 'ip', 34525: 'ip6' };
const PROTOCOLS: Readonly<Record<number, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  44: 'frag',
  58: 'icmpv6',
};

/** What a frame is: `ip icmp 3/4`. */
function frame(hex: string): string {
  let at = 12;
  while ([0x8100, 0x88a8].includes(half(hex, at))) at += 4;
  const head = HEADS[half(hex, at)] ?? `type ${half(hex, at)}`;
  const network = at + 2;
  if (head !== 'ip' && head !== 'ip6') return head;
  const protocol = byte(hex, network + (head === 'ip' ? 9 : 6));
  const name = PROTOCOLS[protocol] ?? String(protocol);
  const th = network + (head === 'ip' ? (byte(hex, network) & 15) * 4 : 40);
  if (name === 'icmp' || name === 'icmpv6')
    return `${head} ${name} ${byte(hex, th)}/${byte(hex, th + 1)}`;
  if (name === 'tcp') return `${head} tcp flags ${byte(hex, th + 13)}`;
  return `${head} ${name}`;
}

const frames = (list: string): string[][] =>
  list === '' ? [] : list.split('; ').map((f) => f.split(' '));

/** Where two frames of the same sort part. */
function parting(mine: string, kernel: string): string {
  if (mine.length !== kernel.length) return `length ${mine.length - kernel.length}`;
  const at: number[] = [];
  for (let i = 0; i < mine.length; i += 2)
    if (mine.slice(i, i + 2) !== kernel.slice(i, i + 2)) at.push(i / 2 - 14);
  return `bytes ${at.slice(0, 6).join(',')}`;
}

function sent(mine: string, kernel: string): string {
  const [a, b] = [frames(mine), frames(kernel)];
  const what = (list: string[][]) => list.map(([, hex]) => frame(hex!)).join(' + ') || 'nothing';
  if (what(a) !== what(b)) return `sent ${what(a)}, not ${what(b)}`;
  const i = a.findIndex((f, n) => f.join() !== b[n]!.join());
  if (a[i]![0] !== b[i]![0]) return `sent ${what(a)} to another device`;
  return `sent ${what(a)}: ${parting(a[i]![1]!, b[i]![1]!)}`;
}

export function kindOf(difference: string): string {
  const m = /^event \d+: sent (.*), not (.*)$/.exec(difference);
  if (m) return sent(m[1]!, m[2]!);
  return difference
    .replace(/^(after\d+|end)\./, '')
    .replace(/[0-9a-f]{8,}/g, '#')
    .replace(/\d+/g, '#')
    .slice(0, 160);
}
