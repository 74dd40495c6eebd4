/** Packets per second that the machine sends through 10, 100 and 1,000 rules, on both engines. */
import { Bench } from 'tinybench';
import { NFPROTO_IPV4 } from '../../src/datapath/packet.ts';
import { Router } from '../../src/replay/router.ts';
import { networkPacket } from '../../src/trace/frame.ts';

const env = {
  link: [
    { ifname: 'eth0', addr_info: [{ local: '192.168.1.1', prefixlen: 24 }] },
    { ifname: 'eth1', addr_info: [{ local: '10.0.0.1', prefixlen: 24 }] },
  ],
  neigh: [{ dst: '10.0.0.2', dev: 'eth1', lladdr: '02:ff:00:00:00:02' }],
};
const ip = { saddr: '192.168.1.1', daddr: '10.0.0.2' };
const packet = networkPacket({ ip, udp: { sport: 1, dport: 53 }, payload: '00' });

function router(rules: number, engine: 'step' | 'emit'): Router {
  const lines = Array.from(
    { length: rules },
    (_, i) => `ip saddr 10.${i >> 8}.${i & 255}.0/24 drop`,
  );
  const made = new Router({ env, engine });
  const chain = `type filter hook output priority 0; policy accept;\n${lines.join('\n')}`;
  const text = `table ip t {\nchain c {\n${chain}\n}\n}\n`;
  made.load({ kind: 'text', name: 'bench', text });
  return made;
}

const bench = new Bench({ time: 300, warmupTime: 100 });
for (const rules of [10, 100, 1000]) {
  for (const engine of ['step', 'emit'] as const) {
    const { ns } = router(rules, engine).datapath;
    bench.add(`${rules} rules, ${engine}`, () => {
      ns.sendLocal(NFPROTO_IPV4, packet);
    });
  }
}
await bench.run();
for (const { name, result } of bench.tasks) {
  const hz = result && 'throughput' in result ? result.throughput.mean : 0;
  process.stdout.write(`${name.padEnd(20)} ${Math.round(hz).toLocaleString('en')} packets/s\n`);
}
