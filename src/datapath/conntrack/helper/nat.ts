/**
 * What NAT does for helpers: translated payloads, and expected connections that follow their master.
 *
 * Mirrors the hooks nf_nat_ftp_hook and nf_nat_tftp_hook and nf_nat_follow_master
 * (nf_nat_helper.c); NAT installs it as `ct.nat`.
 */
import type { Packet } from '../../packet.ts';
import type { Expectation } from '../expect.ts';

export interface NatHelpers {
  /** nf_nat_follow_master: translates a fresh connection as its expectation says. */
  followMaster(row: number, exp: Expectation): void;
  /**
   * nf_nat_mangle_tcp_packet: replaces `length` bytes at `offset` of the payload, mends lengths,
   * checksums and sequence numbers. False: it cannot.
   */
  mangleTcp(
    p: Packet,
    row: number,
    ctinfo: number,
    protoff: number,
    offset: number,
    length: number,
    replacement: Uint8Array,
  ): boolean;
}
