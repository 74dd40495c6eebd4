/** Flowtables as text and JSON. Mirrors flowtable_print_declaration of nft. */
import { printPriority } from '../ruleset/priority.ts';
import type { Flowtable } from '../ruleset/store.ts';
import { devicesJson, devicesText } from './chain.ts';
import type { Json } from './json.ts';
import { block, handleNote, type Listing } from './listing.ts';

export const flowtableText = (flowtable: Flowtable, to: Listing): string =>
  block(
    `flowtable ${flowtable.name}`,
    handleNote(flowtable.handle, to),
    flowtableLines(flowtable, to),
  );

export function flowtableLines(flowtable: Flowtable, to: Listing): string[] {
  const { hook, priority, devices, offload, counter } = flowtable;
  const number = printPriority(priority, 'netdev', hook, to.options.numericPriority);
  return [
    `hook ${hook} priority ${number}`,
    ...(devices.length > 0 ? [devicesText(devices)] : []),
    ...(offload ? ['flags offload'] : []),
    ...(counter ? ['counter'] : []),
  ];
}

export function flowtableJson(flowtable: Flowtable): Json {
  const { table, name, handle, hook, priority, devices } = flowtable;
  return {
    flowtable: {
      family: table.family,
      name,
      table: table.name,
      handle,
      hook,
      prio: priority,
      ...(devices.length > 0 && { dev: devicesJson(devices) }),
    },
  };
}
