/** The connection tracking that NAT works on. */
import type { ConntrackCore } from '../conntrack/core.ts';
import type { ConntrackActions } from '../conntrack/index.ts';

export type NatConntrack = ConntrackActions & ConntrackCore;
