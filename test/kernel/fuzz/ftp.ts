/** FTP and TFTP: conversations whose helpers expect another connection, which then comes. */

import type { Host } from './machine.ts';
import { type Fields, over } from './packet.ts';
import { Path, seen } from './path.ts';
import { type Conversation, send, type Talk } from './talk.ts';
import { closing, exchange, handshake, Tcp } from './tcp.ts';

export const FTP_PORT = 21;
export const TFTP_PORT = 69;
const FTP_DATA = 20;

/** Where a data connection is to go. */
interface Place {
  readonly address: string;
  readonly port: number;
}

const commas = ({ address, port }: Place): string =>
  [...address.split('.'), port >> 8, port & 255].join(',');

/** How clients and servers name a place, and how it is read where it arrives. */
const NAMES = {
  PORT: { side: 'near', say: (p: Place) => `PORT ${commas(p)}\r\n` },
  EPRT: {
    side: 'near',
    say: (p: Place) => `EPRT |${p.address.includes(':') ? 2 : 1}|${p.address}|${p.port}|\r\n`,
  },
  PASV: { side: 'far', say: (p: Place) => `227 Entering Passive Mode (${commas(p)}).\r\n` },
  EPSV: {
    side: 'far',
    say: (p: Place) => `229 Entering Extended Passive Mode (|||${p.port}|)\r\n`,
  },
} as const;

function placeIn(text: string, otherwise: Place): Place {
  const six = /(\d+),(\d+),(\d+),(\d+),(\d+),(\d+)/.exec(text)?.slice(1).map(Number);
  if (six) return { address: six.slice(0, 4).join('.'), port: six[4]! * 256 + six[5]! };
  const bars = /\|([12]?)\|([^|]*)\|(\d+)\|/.exec(text);
  if (!bars) return otherwise;
  return { address: bars[2] || otherwise.address, port: Number(bars[3]) };
}

const at = (host: Host, address: string): Host => ({ ...host, ip: address, ip6: address });

/** A control connection, one transfer, the end. */
export function* ftp(talk: Talk): Conversation {
  const { r, path } = talk;
  const t = new Tcp(talk);
  yield* handshake(t, r);
  yield* t.say('far', '220 ready\r\n');
  yield* t.send('near', 'ack');
  const way = r.pick(
    path.family === 'ip'
      ? (['PORT', 'EPRT', 'PASV', 'EPSV'] as const)
      : (['EPRT', 'EPSV'] as const),
  );
  const { side, say } = NAMES[way];
  if (side === 'far') yield* t.say('near', `${way}\r\n`);
  const own = path.host(side);
  const place = { address: own[path.family], port: 30000 + (path.sport % 1000) };
  const told = r.percent(90) ? place : { ...place, port: r.pick([0, 22, 65535]) };
  const said = placeIn(yield* t.say(side, say(told)), place);
  if (side === 'near') yield* t.say('far', '200 ok\r\n');
  const { machine, family } = path;
  const back = { near: path.host('far'), target: at(path.host('near'), said.address) };
  const there = { near: path.host('near'), target: at(path.target, said.address) };
  const second =
    side === 'near'
      ? new Path(machine, family, back, FTP_DATA, said.port)
      : new Path(machine, family, there, 1 + path.sport, said.port);
  const d = new Tcp({ ...talk, path: second });
  yield* handshake(d, r);
  yield* exchange(d, r);
  yield* t.say('far', '226 done\r\n');
  yield* closing(d, r);
  yield* t.send('near', 'ack');
  if (r.percent(60)) yield* closing(t, r);
}

/** A request to the well-known port, which another port answers. */
export function* tftp(talk: Talk): Conversation {
  const { r, path } = talk;
  const ask = path.outside('near');
  const request = { ...ask.fields, udp: { sport: ask.sport, dport: TFTP_PORT } };
  yield* send(talk, 'near', {
    ...request,
    payload: `${r.pick(['0001', '0002', '0003'])}61006f6374657400`,
  });
  const port = 50000 + (path.sport % 1000);
  for (let block = 1; block <= r.between(1, 3); block++) {
    const answer = path.outside('far');
    const udp = { sport: port, dport: answer.dport };
    const egress = yield { ...answer.fields, udp, payload: `0003000${block}${'61'.repeat(20)}` };
    const arrived = egress.map(seen).find((s) => s?.family === path.family);
    if (!arrived) continue;
    const head: Fields = { [path.family]: { daddr: arrived.saddr } };
    yield {
      ...over(path.outside('near').fields, head),
      udp: { sport: arrived.dport, dport: arrived.sport },
      payload: `0004000${block}`,
    };
  }
}
