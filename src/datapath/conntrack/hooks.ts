/**
 * Where connection tracking hangs in the path, and for how long.
 *
 * Mirrors nf_ct_netns_get and nf_ct_netns_put (nf_conntrack_proto.c): its hooks are there while
 * somebody needs them, per family. When the first one comes, TCP windows of old entries are forgotten.
 */
import {
  type HookEntry,
  type HookFunction,
  INPUT,
  OUTPUT,
  POSTROUTING,
  PREROUTING,
} from '../hooks.ts';
import { NFPROTO_BRIDGE, NFPROTO_INET, NFPROTO_IPV4, NFPROTO_IPV6 } from '../packet.ts';
import { bridgeHooks } from './bridge.ts';
import { confirmHook } from './confirm.ts';
import type { ConntrackCore } from './core.ts';
import { tcpFixup } from './proto/tcp.ts';
import { conntrackIn, conntrackLocal4 } from './track.ts';

/** NF_IP_PRI_CONNTRACK */
const PRIORITY_CONNTRACK = -200;
/** NF_IP_PRI_CONNTRACK_CONFIRM; that of IPv6's input is one less. */
const PRIORITY_CONFIRM = 2 ** 31 - 1;

export type Registration = readonly [hook: number, entry: HookEntry];

function hooksOf(ct: ConntrackCore, family: number): readonly Registration[] {
  const ipv4 = family === NFPROTO_IPV4;
  const enter: HookFunction = (p) => conntrackIn(ct, p);
  const local: HookFunction = ipv4 ? (p) => conntrackLocal4(ct, p) : enter;
  const leave: HookFunction = (p) => confirmHook(ct, p);
  const ip = ipv4 ? 'ipv4' : 'ipv6';
  const confirm = ct.netns.profile.newHookFunctions ? 'nf_confirm' : `${ip}_confirm`;
  const at = (hook: number, priority: number, fn: HookFunction, name: string): Registration => [
    hook,
    { fn, priority, name: `${name} [nf_conntrack]` },
  ];
  return [
    at(PREROUTING, PRIORITY_CONNTRACK, enter, `${ip}_conntrack_in`),
    at(OUTPUT, PRIORITY_CONNTRACK, local, `${ip}_conntrack_local`),
    at(POSTROUTING, PRIORITY_CONFIRM, leave, confirm),
    at(INPUT, ipv4 ? PRIORITY_CONFIRM : PRIORITY_CONFIRM - 1, leave, confirm),
  ];
}

/** Families that a use of `family` tracks. */
function familiesOf(family: number): readonly number[] {
  if (family === NFPROTO_INET) return [NFPROTO_IPV4, NFPROTO_IPV6];
  if (family === NFPROTO_BRIDGE) return [NFPROTO_BRIDGE, NFPROTO_IPV4, NFPROTO_IPV6];
  return [family];
}

export class ConntrackHooks {
  private readonly ct: ConntrackCore;
  private readonly users = new Map<number, number>();
  private readonly registered = new Map<number, readonly Registration[]>();

  constructor(ct: ConntrackCore) {
    this.ct = ct;
  }

  has(family: number): boolean {
    return (this.users.get(family) ?? 0) > 0;
  }

  get(family: number): void {
    for (const f of familiesOf(family)) {
      const users = (this.users.get(f) ?? 0) + 1;
      this.users.set(f, users);
      if (users === 1) this.start(f);
    }
  }

  put(family: number): void {
    for (const f of familiesOf(family)) {
      const users = (this.users.get(f) ?? 0) - 1;
      if (users < 0) continue;
      this.users.set(f, users);
      if (users === 0) this.stop(f);
    }
  }

  private start(family: number): void {
    const { ct } = this;
    this.defrag(family)?.enable();
    const hooks = family === NFPROTO_BRIDGE ? bridgeHooks(ct) : hooksOf(ct, family);
    for (const [hook, entry] of hooks) ct.netns.hooks.register({ family, hook }, entry);
    this.registered.set(family, hooks);
    ct.each((row) => {
      if (ct.l3num(row) === family) tcpFixup(ct, row);
    });
  }

  private stop(family: number): void {
    for (const [hook, entry] of this.registered.get(family) ?? [])
      this.ct.netns.hooks.unregister({ family, hook }, entry);
    this.registered.delete(family);
    this.defrag(family)?.disable();
  }

  /** Tracking sees whole datagrams only. */
  private defrag(family: number) {
    const { defrag4, defrag6 } = this.ct.netns;
    if (family === NFPROTO_IPV4) return defrag4;
    return family === NFPROTO_IPV6 ? defrag6 : undefined;
  }
}
