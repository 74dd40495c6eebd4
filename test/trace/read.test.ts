/** Traces that are wrong: every problem with its event and field, and nothing half-read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { problemText } from '../../src/trace/problem.ts';
import { readTrace } from '../../src/trace/read.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'nftsim-trace-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** What is said of a file with this text, without the file's name. */
function problems(text: string): string[] {
  const file = path.join(dir, 'x.json');
  writeFileSync(file, text);
  const read = readTrace(file);
  if (read.problems.length) expect(read.trace).toBeUndefined();
  return read.problems.map((p) => problemText(p).slice(file.length + 2));
}

const withEvents = (...events: unknown[]): string =>
  JSON.stringify({ env: { link: [{ ifname: 'eth0' }] }, events });
const ip = { saddr: '192.0.2.1', daddr: '192.0.2.2' };

test.each([
  ['an unknown device', { iif: 'eth9', ip }, "iif: no device with a wire has the name 'eth9'"],
  [
    'a bad address',
    { iif: 'eth0', ip: { ...ip, saddr: '1.2.3' } },
    'ip.saddr: not an IPv4 address: "1.2.3"',
  ],
  [
    'a short frame',
    { iif: 'eth0', frame: '0011' },
    'frame: 2 bytes are too short for an Ethernet header',
  ],
  ['a misspelt field', { iif: 'eth0', ip, tpc: {} }, 'tpc: unknown field'],
  [
    'a value out of range',
    { iif: 'eth0', ip: { ...ip, ttl: 300 } },
    'ip.ttl: Too big: expected number to be <=255',
  ],
  [
    'an unknown flag',
    { iif: 'eth0', ip, tcp: { sport: 1, dport: 2, flags: 'sny' } },
    'tcp.flags: not a known name: "sny"',
  ],
  ['a field without a value', { iif: 'eth0', ip: { saddr: '192.0.2.1' } }, 'ip.daddr: missing'],
  ['a wrong type', { iif: 'eth0', ip, tcp: [] }, 'tcp: expected object, received array'],
  ['a wrong type of several', { iif: 'eth0', ip: 5 }, 'ip: expected string or object'],
  [
    'a number out of range, or a name',
    { iif: 'eth0', ip: { ...ip, protocol: 300 } },
    'ip.protocol: Too big: expected number to be <=255',
  ],
  [
    'a fragment out of step',
    { iif: 'eth0', ip: { ...ip, fragment: { from: 4 } } },
    'ip.fragment.from: not a multiple of 8',
  ],
  ['two commands', { nft: 'list ruleset', conntrack: '-L' }, "conntrack: not together with 'nft'"],
  ['a command and a packet', { iif: 'eth0', ip: 'route list' }, "iif: not together with 'ip'"],
  [
    'a frame and fields',
    { iif: 'eth0', frame: '00'.repeat(14), ip },
    "ip: not together with 'frame'",
  ],
  [
    'two headers of a kind',
    { iif: 'eth0', ip, udp: { sport: 1, dport: 2 }, esp: { spi: 1 } },
    "esp: not together with 'udp'",
  ],
  [
    'a header in the air',
    { iif: 'eth0', udp: { sport: 1, dport: 2 } },
    "udp: without 'ip' or 'ip6'",
  ],
  ['a tag of what is sent', { ip, vlan: { id: 5 } }, 'vlan: only of a frame that comes in (iif)'],
  [
    'a session of what is sent',
    { ip, pppoe: { session: 5 } },
    'pppoe: only of a frame that comes in (iif)',
  ],
  [
    'a session of nothing',
    { iif: 'eth0', pppoe: { session: 5 } },
    "pppoe: without 'ip', 'ip6' or a protocol",
  ],
  ['nothing at all', {}, 'neither a packet, a command nor a snapshot'],
  [
    'a bad expectation',
    { iif: 'eth0', ip, expect: { path: 'quick' } },
    'expect.path: Invalid option: expected one of "slow"|"fast"|"hardware"',
  ],
])('%s', (_what, event, message) => {
  expect(problems(withEvents(event))).toEqual([`event 0: ${message}`]);
});

test('a machine is of a release that is known', () => {
  expect(problems('{"env":{"kernel":"6.13","link":[]},"events":[]}')).toEqual([
    'env.kernel: Invalid option: expected one of "4.16"|"5.2"|"5.10"|"6.1"|"6.12"|"6.12.117"',
  ]);
});

test('time goes on', () => {
  const events = [
    { time: 2, snapshot: 'a' },
    { time: 1, snapshot: 'b' },
  ];
  expect(problems(withEvents(...events))).toEqual([
    'event 1: time: 1 s is before the event that precedes it (2 s)',
  ]);
});

test('broken JSON is told with its place', () => {
  expect(problems('{\n  "events": [1 2]\n}')[0]).toBe(
    'not valid JSON: line 2, column 16: comma expected',
  );
  expect(problems('{"events": [,]}')[0]).toBe('not valid JSON: line 1, column 13: value expected');
  expect(problems('[]')).toEqual(['expected object, received array']);
});

test('JSON Lines: the head, then an event a line', () => {
  const head = JSON.stringify({ env: { link: [{ ifname: 'eth0' }] } });
  const good = JSON.stringify({ iif: 'eth0', ip });
  expect(problems(`${head}\n${good}\n\n${good}\n`)).toEqual([]);
  expect(problems(`${head}\n${good}\n{"iif": "eth1", "ip": {}}\n`)[0]).toMatch(
    /^line 3: event 1: ip/,
  );
  expect(problems(`${head}\n{"time": \n`)[0]).toBe(
    'not valid JSON: line 2, column 10: value expected',
  );
});

test('lengths and checksums are right unless given', () => {
  const file = path.join(dir, 'ok.json');
  const udp = { sport: 1, dport: 2 };
  writeFileSync(file, withEvents({ iif: 'eth0', ip, udp, payload: '6869' }));
  const event = readTrace(file).trace!.events[0]!;
  expect(event.kind).toBe('frame');
  const hex = Buffer.from((event as { bytes: Uint8Array }).bytes).toString('hex');
  expect(hex.slice(28)).toBe('4500001e000000004011f6cbc0000201c000020200010002000a136a6869');
});

test('a session has its header in front', () => {
  const file = path.join(dir, 'pppoe.json');
  const lcp = { session: 17, protocol: 0xc021 };
  writeFileSync(
    file,
    withEvents(
      { iif: 'eth0', vlan: { id: 7 }, pppoe: { session: 17 }, ip, payload: '6869' },
      { iif: 'eth0', pppoe: { ...lcp, code: 9, length: 99 }, payload: '6869' },
    ),
  );
  const { events } = readTrace(file).trace!;
  const hex = (n: number) =>
    Buffer.from((events[n] as { bytes: Uint8Array }).bytes)
      .toString('hex')
      .slice(24);
  expect(hex(0)).toMatch(/^810000078864110000110018002145000016.*6869$/);
  expect(hex(1)).toBe('8864110900110063c0216869');
});
