/**
 * A hash of a packet's flow that both directions share.
 *
 * Mirrors __skb_get_hash_symmetric (flow_dissector.c): addresses, protocol and ports, the smaller end
 * first. The kernel's is keyed by a secret of each boot, so the numbers are our own.
 */
import { half, word } from '../../../datapath/address.ts';
import { jhash2 } from '../../../datapath/jhash.ts';
import { ETH_P_IP, ETH_P_IPV6, NH, NONE, type Packet, PROTOCOL } from '../../../datapath/packet.ts';
import { findHeader6 } from './ipv6.ts';

const IPPROTO_PORTS = [6, 17, 33, 132, 136];

/** Source (four words), its port; destination, its port; protocol. */
const keys = new Int32Array(11);

export function symmetricHash(p: Packet): number {
  keys.fill(0);
  const { b, m } = p;
  const nh = m[NH]!;
  if (m[PROTOCOL] === ETH_P_IP) {
    keys[0] = word(b, nh + 12);
    keys[5] = word(b, nh + 16);
    const fragment = half(b, nh + 6) & 0x3fff;
    transport(p, b[nh + 9]!, fragment === 0 ? nh + (b[nh]! & 15) * 4 : NONE);
  } else if (m[PROTOCOL] === ETH_P_IPV6) {
    for (let i = 0; i < 4; i++) {
      keys[i] = word(b, nh + 8 + 4 * i);
      keys[5 + i] = word(b, nh + 24 + 4 * i);
    }
    const found = findHeader6(p, NONE, true);
    if (found !== null) transport(p, found.protocol, found.fragoff === 0 ? found.offset : NONE);
  }
  if (isReversed()) for (let i = 0; i < 5; i++) [keys[i], keys[5 + i]] = [keys[5 + i]!, keys[i]!];
  return jhash2(keys, 0);
}

function transport(p: Packet, protocol: number, at: number): void {
  keys[10] = protocol;
  if (at === NONE || !IPPROTO_PORTS.includes(protocol)) return;
  keys[4] = half(p.b, at);
  keys[9] = half(p.b, at + 2);
}

/** Whether the destination is the smaller end. */
function isReversed(): boolean {
  for (let i = 0; i < 5; i++) if (keys[i] !== keys[5 + i]) return keys[5 + i]! < keys[i]!;
  return false;
}
