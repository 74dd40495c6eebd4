/** JSON as nft prints it: one document a command, with its own head. */
import type { Json } from './json.ts';

const METAINFO: Json = {
  metainfo: {
    version: '1.1.3',
    release_name: 'Commodore Bullmoose #4',
    json_schema_version: 1,
  },
};

/** What `nft -j` lists, as data. */
export const jsonItems = (items: readonly Json[]): readonly Json[] => [METAINFO, ...items];

export const jsonDocument = (items: readonly Json[]): string =>
  `${printJson({ nftables: jsonItems(items) })}\n`;

/** In json_dumps' layout: a space after colons and commas. */
export function printJson(value: Json | undefined): string {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map((v) => printJson(v as Json)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .map(([k, v]) => `${JSON.stringify(k)}: ${printJson(v as Json)}`);
    return `{${members.join(', ')}}`;
  }
  return JSON.stringify(value ?? null);
}
