/**
 * A device is no more: chains and flowtables lose it.
 *
 * Mirrors nf_tables_netdev_event (nft_chain_filter.c) and nf_tables_flowtable_event: a flowtable may
 * be left without devices, a chain that had no other device goes with its rules.
 */
import type { Transaction } from '../transaction.ts';
import { deleteChain, deleteChainDevices } from './chain.ts';
import { deleteFlowtableDevices } from './flowtable.ts';

export function deviceGone(tx: Transaction, device: string): void {
  for (const table of tx.ruleset.tables.values()) {
    for (const chain of [...table.chains.values()]) {
      if (!chain.base?.devices.includes(device)) continue;
      if (chain.base.devices.length > 1) deleteChainDevices(tx, chain, [device]);
      else deleteChain(tx, chain);
    }
    for (const flowtable of table.flowtables.values())
      if (flowtable.devices.includes(device)) deleteFlowtableDevices(tx, flowtable, [device]);
  }
}
