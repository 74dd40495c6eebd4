/** Flowtables as text and JSON. Mirrors flowtable_print_declaration of nft. */
import { printPriority } from '../ruleset/priority.ts';
import type { Flowtable } from '../ruleset/store.ts';
import { devicesJson, devicesText } from './chain.ts';
import type { Json } from './json.ts';
import { block, handleNote, type Listing } from './listing.ts';

export function flowtableText(flowtable: Flowtable, to: Listing): string {
  const { name, hook, priority, devices, offload, counter, handle } = flowtable;
  const number = printPriority(priority, 'netdev', hook, to.options.numericPriority);
  return block(`flowtable ${name}`, handleNote(handle, to), [
    `hook ${hook} priority ${number}`,
    ...(devices.length > 0 ? [devicesText(devices)] : []),
    ...(offload ? ['flags offload'] : []),
    ...(counter ? ['counter'] : []),
  ]);
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
