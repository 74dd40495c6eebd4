/**
 * The machine: a network namespace with connection tracking, NAT and flowtables.
 *
 * Nothing tracks, translates or offloads until somebody asks for it: rules acquire tracking, nat
 * chains hook NAT in, flowtables hook themselves in.
 */
import { Conntrack } from './conntrack/index.ts';
import { Flowtables } from './flowtable/index.ts';
import { MachineNetwork } from './flowtable/machine.ts';
import { Nat } from './nat/index.ts';
import { natRouting } from './nat/routing.ts';
import { Netns, type NetnsOptions } from './netns.ts';
import { bridgeFragments } from './path/bridge_fragments.ts';
import { Synproxy } from './synproxy/index.ts';

export class Datapath {
  readonly ns: Netns;
  readonly conntrack: Conntrack;
  readonly nat: Nat;
  readonly flowtables: Flowtables;
  readonly synproxy: Synproxy;

  constructor(options: NetnsOptions = {}) {
    const ns = new Netns(options);
    this.ns = ns;
    this.conntrack = new Conntrack(ns);
    ns.conntrack = this.conntrack;
    this.conntrack.bridgeFragments = bridgeFragments(ns);
    this.nat = new Nat(ns, this.conntrack, natRouting(ns));
    this.synproxy = new Synproxy(ns, this.conntrack);
    this.flowtables = new Flowtables(ns, this.conntrack, new MachineNetwork(ns));
  }
}
