/** `nftsim replay`: what is printed beside the ruleset and the connections. */
import path from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { diskReader } from '../../src/cli/nft/files.ts';
import { hearing } from './io.ts';

const TRACE = path.resolve(import.meta.dirname, '../../fixtures/flowtable-tcp/trace.json');

async function replay(...options: string[]): Promise<string> {
  const io = hearing({ files: diskReader });
  expect(await main(['replay', TRACE, '--no-state', ...options], io)).toBe(0);
  return io.heard.out;
}

test('--events prints what conntrack -E would have shown', async () => {
  const lines = (await replay('--events')).split('\n').filter((line) => /^ *\[/.test(line));
  expect(lines.map((line) => line.replace(/ src=.* dport=47562/, ' …'))).toEqual([
    '    [NEW] tcp      6 120 SYN_SENT …',
    ' [UPDATE] tcp      6 60 SYN_RECV …',
    ' [UPDATE] tcp      6 432000 ESTABLISHED … [OFFLOAD]',
    ' [UPDATE] tcp      6 120 FIN_WAIT … [ASSURED]',
    ' [UPDATE] tcp      6 30 LAST_ACK … [ASSURED]',
    ' [UPDATE] tcp      6 120 TIME_WAIT … [ASSURED]',
  ]);
  const { events } = JSON.parse(await replay('--events', '--json'));
  expect(events).toEqual(lines);
});

test('--monitor has the lines of nft monitor trace, none here', async () => {
  const { monitor, events } = JSON.parse(await replay('--monitor', '--json'));
  expect(monitor).toEqual([]);
  expect(events).toBeUndefined();
});
