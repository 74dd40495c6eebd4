/**
 * An answer of ours against what a kernel was recorded to do: frames, rulesets, counters, conntrack.
 *
 * Seconds that remain may be two apart, milliseconds since a rule was used a hundred; the IPv4 identification of packets that the machine itself
 * makes, the random ids of IPv6 fragments and those of traces are not compared. Of recordings made with another nft only what was
 * done counts (`behaviour`), not how it was printed.
 */
type Data = unknown;
type Fields = Readonly<Record<string, Data>>;

const isFields = (x: Data): x is Fields => typeof x === 'object' && x !== null && !Array.isArray(x);

const text = (x: Data): string => JSON.stringify(x) ?? 'nothing';

/** Elements of sets come in no order. */
function sortedElements(list: readonly Data[]): Data[] {
  const key = (e: Data) =>
    JSON.stringify(e, (k, v) => (['expires', 'counter', 'handle'].includes(k) ? undefined : v));
  return [...list].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Milliseconds that nft may take until it lists; what `last` shows grows meanwhile. */
const LISTED_LATE = 100;

function differ(mine: Data, kernel: Data, at: string, out: string[]): void {
  if (Array.isArray(mine) && Array.isArray(kernel)) {
    const [a, b] = at.endsWith('.elem')
      ? [sortedElements(mine), sortedElements(kernel)]
      : [mine, kernel];
    if (a.length !== b.length) out.push(`${at}: ${a.length} entries, not ${b.length}`);
    for (let i = 0; i < Math.min(a.length, b.length); i++) differ(a[i], b[i], `${at}[${i}]`, out);
  } else if (isFields(mine) && isFields(kernel)) {
    for (const key of new Set([...Object.keys(mine), ...Object.keys(kernel)])) {
      if (key !== 'handle') differ(mine[key], kernel[key], `${at}.${key}`, out);
    }
  } else if (typeof mine === 'number' && typeof kernel === 'number' && at.endsWith('expires')) {
    if (Math.abs(mine - kernel) > 2) out.push(`${at}: ${mine}, not ${kernel}`);
  } else if (typeof mine === 'number' && typeof kernel === 'number' && at.endsWith('last.used')) {
    if (Math.abs(mine - kernel) > LISTED_LATE) out.push(`${at}: ${mine}, not ${kernel}`);
  } else if (mine !== kernel) out.push(`${at}: ${text(mine)}, not ${text(kernel)}`);
}

/** A line of conntrack without its seconds, and these. */
function entry(line: string): [string, number | undefined] {
  const m = /^((?:ipv[46]\s+\d+\s+)?\S+\s+\d+) (\d+) (.*)$/.exec(line.trim());
  return m ? [`${m[1]} # ${m[3]}`, Number(m[2])] : [line.trim(), undefined];
}

function entries(mine: readonly string[], kernel: readonly string[], at: string, out: string[]) {
  const rest = mine.map(entry);
  for (const [line, seconds] of kernel.map(entry)) {
    const found = rest.findIndex(
      ([l, s]) =>
        l === line &&
        (seconds === undefined ? s === undefined : s !== undefined && Math.abs(s - seconds) <= 2),
    );
    if (found < 0) out.push(`${at}: no line ${line} (${seconds})`);
    else rest.splice(found, 1);
  }
  for (const [line, seconds] of rest) out.push(`${at}: too much: ${line} (${seconds})`);
}

/** From the ethertype to the protocol number behind a session's header, in hexadecimal digits. */
const PPPOE_DIGITS = 16;

/** Where the network header is, in hexadecimal digits, and its protocol: behind tags and PPPoE. */
function network(hex: string): [at: number, ethertype: string | undefined] {
  let at = 24;
  while (['8100', '88a8'].includes(hex.slice(at, at + 4))) at += 8;
  const type = hex.slice(at, at + 4);
  if (type !== '8864') return [at + 4, type];
  const ppp = hex.slice(at + PPPOE_DIGITS, at + PPPOE_DIGITS + 4);
  return [at + PPPOE_DIGITS + 4, { '0021': '0800', '0057': '86dd' }[ppp]];
}

/** A frame without the IPv4 identification and the header checksum, the IPv6 fragment's id. */
function withoutId(hex: string): string {
  const [ip, type] = network(hex);
  if (type === '86dd' && hex.slice(ip + 12, ip + 14) === '2c') {
    const id = ip + 88;
    return `${hex.slice(0, id)}00000000${hex.slice(id + 8)}`;
  }
  if (type !== '0800') return hex;
  return `${hex.slice(0, ip + 8)}0000${hex.slice(ip + 12, ip + 20)}0000${hex.slice(ip + 24)}`;
}

/** Counters, quotas and numbers of elements with the place they stand at. */
function counters(list: Data, place = '', out: string[] = []): string[] {
  if (typeof list !== 'object' || list === null) return out;
  for (const [key, found] of Object.entries(list)) {
    if (typeof found !== 'object' || found === null) continue;
    const at = Array.isArray(list) ? place : `${place}.${key}`;
    const elements = key === 'elem' && Array.isArray(found);
    const value = elements ? sortedElements(found) : found;
    if (elements) out.push(`${at} ${found.length} elements`);
    const counts =
      (key === 'counter' || key === 'quota') && ('packets' in value || 'used' in value);
    if (counts) out.push(`${at} ${value.packets ?? ''} ${value.bytes ?? value.used ?? 0}`);
    else counters(value, at, out);
  }
  return out;
}

const withoutHead = (list: Data): Data[] =>
  ((list ?? []) as Data[]).filter((o) => !(isFields(o) && 'metainfo' in o));

const traceLine = (line: string): string =>
  line
    .trimEnd()
    .replace(/^trace id [0-9a-f]+/, 'trace id #')
    .replace(/ ip id \d+ /, ' ip id # ');

export interface Recorded {
  readonly loaded: boolean;
  readonly packets?: readonly {
    readonly event: number;
    readonly frame?: string;
    readonly local?: string;
    readonly failed?: boolean;
    readonly egress: readonly { readonly oif: string; readonly frame: string }[];
  }[];
  readonly snapshots?: Readonly<Record<string, Record<string, Data>>>;
  readonly monitor?: readonly string[];
}

/** Whether the kernel's own nft dies of its ruleset: then it refuses commands too, for it reads it first. */
const dies = ({ snapshots }: Recorded): boolean =>
  Object.values(snapshots ?? {}).some((s) => s.nft_json === null) && snapshots?.end?.nft === '';

function frames(mine: Recorded, kernel: Recorded, out: string[]): void {
  const refusals = !dies(kernel);
  for (const k of kernel.packets ?? []) {
    const m = mine.packets?.find((p) => p.event === k.event);
    if (!m) {
      out.push(`event ${k.event} has no answer`);
      continue;
    }
    if (refusals && Boolean(m.failed) !== Boolean(k.failed))
      out.push(`event ${k.event}: failed ${m.failed}`);
    const own = k.frame !== undefined || k.local !== undefined;
    const shown = (list: typeof k.egress) =>
      list.map((e) => `${e.oif} ${own ? withoutId(e.frame) : e.frame}`).join('; ');
    if (shown(m.egress) !== shown(k.egress)) {
      out.push(`event ${k.event}: sent ${shown(m.egress)}, not ${shown(k.egress)}`);
    }
  }
}

const ofSnapshots = (
  { snapshots: mine }: Recorded,
  { snapshots: kernel }: Recorded,
): [name: string, mine: Record<string, Data>, kernel: Record<string, Data>][] =>
  Object.entries(kernel ?? {}).map(([name, k]) => [name, mine?.[name] ?? {}, k]);

/** What was done: frames, counters, conntrack; a line for each difference. */
export function compareBehaviour(mine: Recorded, kernel: Recorded): string[] {
  const out: string[] = [];
  if (mine.loaded !== kernel.loaded) return [`loaded: ${mine.loaded}, not ${kernel.loaded}`];
  frames(mine, kernel, out);
  for (const [name, m, k] of ofSnapshots(mine, kernel)) {
    // Absent where the kernel's own nft died listing it.
    if (k.nft_json) {
      const [a, b] = [withoutHead(m.nft_json), withoutHead(k.nft_json)];
      differ(counters(a), counters(b), `${name}.counters`, out);
    }
    for (const key of ['conntrack', 'proc', 'conntrack_plain']) {
      if (!k[key]) continue;
      entries((m[key] ?? []) as string[], k[key] as string[], `${name}.${key}`, out);
    }
  }
  return out;
}

/** What was printed: rulesets and traces. */
export function compareListing(mine: Recorded, kernel: Recorded): string[] {
  const out: string[] = [];
  if (mine.loaded !== kernel.loaded) return out;
  // nft's own monitor may die of what it is to tell
  if (kernel.monitor && !kernel.monitor.some((line) => line.includes('Assertion'))) {
    differ((mine.monitor ?? []).map(traceLine), kernel.monitor.map(traceLine), 'monitor', out);
  }
  for (const [name, m, k] of ofSnapshots(mine, kernel)) {
    if (k.nft_json) {
      differ(withoutHead(m.nft_json), withoutHead(k.nft_json), `${name}.nft_json`, out);
    }
    const listed = k.nft as string | undefined;
    if (listed && !/expires|last used \d/.test(listed)) {
      if (String(m.nft).trim() !== listed.trim()) out.push(`${name}.nft differs`);
    }
  }
  return out;
}

/** What differs, a line each; of recordings with another nft only `behaviour` counts. */
export const compare = (mine: Recorded, kernel: Recorded, behaviour: boolean): string[] =>
  behaviour
    ? compareBehaviour(mine, kernel)
    : [...compareBehaviour(mine, kernel), ...compareListing(mine, kernel)];
