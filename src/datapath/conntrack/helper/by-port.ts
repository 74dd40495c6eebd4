/**
 * Helpers that connections get by their port alone, where nf_conntrack_helper wants that.
 *
 * Mirrors __nf_ct_try_assign_helper of Linux before 6.0. All helpers count as loaded.
 */
import { NONE } from '../../packet.ts';
import type { ConntrackCore } from '../core.ts';
import { IP_CT_DIR_REPLY, IPS_HELPER } from '../status.ts';
import { TUPLE_WORDS, tupleSport } from '../tuple.ts';
import { addHelp } from './helper.ts';
import { helperOfPort } from './index.ts';

/** For a connection whose reply is new: made, or translated. */
export function helpByPort(ct: ConntrackCore, row: number): void {
  if (!ct.settings.helper || ct.table.status[row]! & IPS_HELPER) return;
  const help = ct.help.get(row);
  if (ct.table.master[row] !== NONE || (help && help.expectations.length > 0)) return;
  const port = tupleSport(ct.table.tuples, (row * 2 + IP_CT_DIR_REPLY) * TUPLE_WORDS);
  const helper = helperOfPort(port, ct.protonum(row), ct.l3num(row));
  if (helper) addHelp(ct, row).helper = helper;
  else if (help) help.helper = null;
}
