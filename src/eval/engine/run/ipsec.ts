/** `ipsec`: the machine has no policies, so no packet has gone or will go by one. Mirrors nft_xfrm.c. */
import type { Reader } from '../../row.ts';

export const readIpsec = (): Reader => () => false;
