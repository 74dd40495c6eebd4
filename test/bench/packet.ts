/**
 * How fast it is: packets per second by the slow path and the fast path, connections made, sets asked.
 *
 * Engines run in the same process one after the other, so that their ratio means something on a busy
 * machine. Prints one line a measurement.
 */
import { Bench } from 'tinybench';
import { SetStore } from '../../src/eval/engine/set/index.ts';
import { Router } from '../../src/replay/router.ts';
import { networkPacket } from '../../src/trace/frame.ts';

const env = {
  link: [
    { ifname: 'eth0', addr_info: [{ local: '192.168.1.1', prefixlen: 24 }] },
    { ifname: 'eth1', addr_info: [{ local: '10.0.0.1', prefixlen: 24 }] },
  ],
  neigh: [
    { dst: '10.0.0.2', dev: 'eth1', lladdr: '02:ff:00:00:00:02' },
    { dst: '192.168.1.2', dev: 'eth0', lladdr: '02:ff:00:00:00:01' },
  ],
};

const ETHER = [2, 0, 0, 0, 0, 1, 2, 255, 0, 0, 0, 1, 8, 0];

/** A UDP packet from eth0's network to eth1's, as a frame. */
function frame(sport: number, dport: number): Uint8Array {
  const ip = { saddr: '192.168.1.2', daddr: '10.0.0.2' };
  const packet = networkPacket({ ip, udp: { sport, dport }, payload: '00112233' });
  return Uint8Array.from([...ETHER, ...packet]);
}

function router(ruleset: string, engine: 'step' | 'emit'): Router {
  const made = new Router({ env, engine });
  const result = made.load({ kind: 'text', name: 'bench.nft', text: ruleset });
  if (!result.ok) throw new Error(result.errors);
  return made;
}

const chain = (type: string, lines: readonly string[]): string =>
  `chain ${type} {\ntype filter hook ${type} priority 0; policy accept;\n${lines.join('\n')}\n}\n`;

/** Rules of a filter that the packet passes one by one. */
const filter = (rules: number): string =>
  `table inet t {\n${chain(
    'forward',
    Array.from(
      { length: rules },
      (_, i) => `ip saddr 10.${i >> 8}.${i & 255}.0/24 tcp dport ${i + 1} ct state new drop`,
    ),
  )}}\n`;

const FLOWTABLE = `table inet t {
flowtable f {
hook ingress priority 0
devices = { eth0, eth1 }
}
${chain('forward', ['flow add @f'])}}
`;

const bench = new Bench({ time: 400, warmupTime: 200 });

function receive(name: string, made: Router, next: () => Uint8Array): void {
  const { ns } = made.datapath;
  const ifindex = ns.devices.named('eth0')!.ifindex;
  bench.add(name, () => {
    ns.receive(ifindex, next());
  });
}

for (const rules of [10, 100, 1000]) {
  for (const engine of ['step', 'emit'] as const) {
    const one = frame(1000, 53);
    receive(`slow path, ${rules} rules, ${engine}`, router(filter(rules), engine), () => one);
  }
}

const offloaded = router(FLOWTABLE, 'emit');
const flow = frame(2000, 53);
receive('fast path', offloaded, () => flow);

const frames = Array.from({ length: 60_000 }, (_, i) => frame(1 + i, 54));
let nextFrame = 0;
const tracking = router(`table inet t {\n${chain('forward', ['ct state new counter'])}}\n`, 'emit');
receive('connections made', tracking, () => {
  if (nextFrame === frames.length) {
    nextFrame = 0;
    // the table starts anew
    tracking.datapath.ns.advance(tracking.datapath.ns.clock.now + 120e6);
  }
  return frames[nextFrame++]!;
});

/** 100,000 elements, one hit and one miss in turn. */
function lookups(name: string, fields: readonly number[], interval: boolean): void {
  const length = fields.reduce((sum, bytes) => sum + ((bytes + 3) & ~3), 0);
  const key = (n: number, low: number) => {
    const bytes = new Uint8Array(length);
    new DataView(bytes.buffer).setUint32(0, (n << 8) | low);
    return bytes;
  };
  const set = new SetStore({ fields, interval }, {}, () => 0);
  for (let i = 0; i < 100_000; i++) {
    set.insert(set.element({ key: key(i, 16), ...(interval && { keyEnd: key(i, 31) }) }));
  }
  const asked = Array.from({ length: 1024 }, (_, i) => key(i * 97, i & 1 ? 16 : 64));
  let i = 0;
  bench.add(name, () => {
    set.lookup(asked[i++ & 1023]!, 0);
  });
}

lookups('lookup, 100,000 addresses', [4], false);
lookups('lookup, 100,000 IPv6 addresses', [16], false);
lookups('lookup, 100,000 ranges', [4], true);
lookups('lookup, 100,000 ranges of concatenations', [4, 2], true);

await bench.run();

const nanoseconds = new Map<string, number>();
for (const { name, result } of bench.tasks) {
  const ns = 'latency' in result ? result.latency.p50 * 1e6 : Number.NaN;
  nanoseconds.set(name, ns);
  const rate = Math.round(1e9 / ns).toLocaleString('en');
  process.stdout.write(
    `${name.padEnd(42)} ${ns.toFixed(0).padStart(9)} ns ${rate.padStart(12)}/s\n`,
  );
}
for (const rules of [10, 100, 1000]) {
  const [step, emit] = ['step', 'emit'].map(
    (e) => nanoseconds.get(`slow path, ${rules} rules, ${e}`)!,
  );
  process.stdout.write(`emit is ${(step! / emit!).toFixed(1)} times step with ${rules} rules\n`);
}
