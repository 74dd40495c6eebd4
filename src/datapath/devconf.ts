/**
 * Settings of devices: net.ipv4.conf.DEV.* and net.ipv6.conf.DEV.*, with `all` and `default`.
 *
 * Mirrors devinet.c and addrconf.c. Fields carry the setting's own name, so that the table of
 * defaults is all there is to a setting. Only settings that have an effect here are known.
 */
import type { Sysctl } from './sysctl.ts';

/** net.ipv4.conf.*, with the defaults of a new namespace. */
const IPV4 = {
  accept_local: 0,
  accept_redirects: 1,
  accept_source_route: 0,
  arp_accept: 0,
  arp_announce: 0,
  arp_filter: 0,
  arp_ignore: 0,
  bc_forwarding: 0,
  drop_gratuitous_arp: 0,
  drop_unicast_in_l2_multicast: 0,
  forwarding: 0,
  promote_secondaries: 0,
  proxy_arp: 0,
  route_localnet: 0,
  rp_filter: 0,
  secure_redirects: 1,
  send_redirects: 1,
  shared_media: 1,
  src_valid_mark: 0,
};

/** net.ipv6.conf.*. */
const IPV6 = {
  accept_redirects: 1,
  disable_ipv6: 0,
  drop_unsolicited_na: 0,
  drop_unicast_in_l2_multicast: 0,
  force_tllao: 0,
  forwarding: 0,
  hop_limit: 64,
  keep_addr_on_down: 0,
  // of the machine that cases are recorded on; by themselves machines wait for up to a second
  mldv2_unsolicited_report_interval: 0,
  mtu: 1500,
  proxy_ndp: 0,
};

export type Ipv4Conf = Record<keyof typeof IPV4, number>;
export type Ipv6Conf = Record<keyof typeof IPV6, number>;

export class DeviceSettings {
  readonly all4: Ipv4Conf = { ...IPV4 };
  readonly default4: Ipv4Conf = { ...IPV4 };
  readonly all6: Ipv6Conf = { ...IPV6 };
  readonly default6: Ipv6Conf = { ...IPV6 };
  private readonly sysctl: Sysctl;
  /** Called when forwarding changes, which other things follow. */
  private readonly changed: (name: string, device: string, value: number) => void;

  constructor(sysctl: Sysctl, changed: (name: string, device: string, value: number) => void) {
    this.sysctl = sysctl;
    this.changed = changed;
    this.define('ipv4', 'all', this.all4);
    this.define('ipv4', 'default', this.default4);
    this.define('ipv6', 'all', this.all6);
    this.define('ipv6', 'default', this.default6);
  }

  /** Settings of a new device, copied from `default`. */
  device(name: string): { ipv4: Ipv4Conf; ipv6: Ipv6Conf } {
    const ipv4 = { ...this.default4 };
    const ipv6 = { ...this.default6 };
    this.define('ipv4', name, ipv4);
    this.define('ipv6', name, ipv6);
    return { ipv4, ipv6 };
  }

  remove(name: string): void {
    this.sysctl.remove(`net.ipv4.conf.${name}.`);
    this.sysctl.remove(`net.ipv6.conf.${name}.`);
  }

  private define(family: string, device: string, conf: Record<string, number>): void {
    for (const key of Object.keys(conf))
      this.sysctl.define(`net.${family}.conf.${device}.${key}`, conf[key]!, {
        apply: (value) => {
          if (conf[key] === value) return;
          conf[key] = value;
          this.changed(`${family}.${key}`, device, value);
        },
      });
  }
}
