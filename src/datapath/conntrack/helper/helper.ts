/**
 * Helpers: modules that read a protocol's payload and expect its further connections.
 *
 * Mirrors nf_conntrack_helper.c. A row says what a helper is; FTP and TFTP are read, of the others
 * connections carry the name, and nothing is expected.
 */
import type { Packet } from '../../packet.ts';
import type { ConntrackCore } from '../core.ts';
import type { Expectation } from '../expect.ts';

/** struct nf_conntrack_expect_policy of one class of expectations. */
export interface ExpectPolicy {
  /** Empty, or its name behind a slash in listings. */
  readonly name: string;
  readonly maxExpected: number;
  /** Seconds. */
  readonly timeout: number;
}

export interface Helper {
  readonly name: string;
  readonly protonum: number;
  /** NFPROTO_* it is registered for. */
  readonly families: readonly number[];
  /** The server's port by which Linux gave it to connections, where that was wanted. */
  readonly port: number;
  readonly policies: readonly ExpectPolicy[];
  /** What its protocol says is not read: it expects nothing. */
  readonly unread?: true;
  /** Sees a packet whose transport header is at `protoff`; NF_ACCEPT or NF_DROP. */
  readonly help?: (
    ct: ConntrackCore,
    p: Packet,
    row: number,
    protoff: number,
    ctinfo: number,
  ) => number;
}

/** struct nf_conn_help */
export interface Help {
  helper: Helper | null;
  /** Youngest first. */
  readonly expectations: Expectation[];
  /** What the helper remembers of the connection. */
  data: unknown;
}

/** nf_ct_helper_ext_add */
export function addHelp(ct: ConntrackCore, row: number): Help {
  let help = ct.help.get(row);
  if (!help) {
    help = { helper: null, expectations: [], data: null };
    ct.help.set(row, help);
  }
  return help;
}
