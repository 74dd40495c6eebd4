/**
 * Helpers whose protocol is not read: what they do to any packet of it.
 *
 * Mirrors the beginnings of sip_help_udp, sip_help_tcp (nf_conntrack_sip.c) and amanda_help
 * (nf_conntrack_amanda.c): they lengthen their connection before they look.
 */
import { HZ } from '../../clock.ts';
import { NF_ACCEPT } from '../../hooks.ts';
import { END, IP_CT_ESTABLISHED, IP_CT_ESTABLISHED_REPLY } from '../../packet.ts';
import { directionOf, IP_CT_DIR_REPLY } from '../status.ts';
import type { ExpectPolicy, Helper } from './helper.ts';

const UDP_HEADER = 8;
const TCP_HEADER = 20;
/** sip_timeout, master_timeout */
const SIP = 3600 * HZ;
const AMANDA = 300 * HZ;

/** A helper that gives its name and, with `help`, what it does before it reads. */
export const unread = (
  name: string,
  protonum: number,
  port: number,
  families: readonly number[],
  policies: readonly ExpectPolicy[],
  help?: Helper['help'],
): Helper => ({ name, protonum, port, families, policies, unread: true, ...(help && { help }) });

export const sipUdp: Helper['help'] = (ct, p, row, protoff) => {
  if (protoff + UDP_HEADER < p.m[END]!) ct.refresh(row, SIP);
  return NF_ACCEPT;
};

export const sipTcp: Helper['help'] = (ct, p, row, protoff, ctinfo) => {
  const { b, m } = p;
  if (ctinfo !== IP_CT_ESTABLISHED && ctinfo !== IP_CT_ESTABLISHED_REPLY) return NF_ACCEPT;
  if (protoff + TCP_HEADER > m[END]!) return NF_ACCEPT;
  if (protoff + (b[protoff + 12]! >> 4) * 4 < m[END]!) ct.refresh(row, SIP);
  return NF_ACCEPT;
};

/** The answers of a server may take their time. */
export const amanda: Helper['help'] = (ct, _p, row, _protoff, ctinfo) => {
  if (directionOf(ctinfo) === IP_CT_DIR_REPLY) ct.refresh(row, AMANDA);
  return NF_ACCEPT;
};
