/** Who and which queue: users, groups, cgroups, realms, traffic classes. */
import { decimal, numeric, parseDecimal, symbolic } from './define.ts';
import { integer } from './integer.ts';
import type { NameScope, ValueType } from './value-type.ts';

type ById = (scope: NameScope, id: number) => string | undefined;
type ByName = (scope: NameScope, name: string) => number | undefined;

const account = (
  given: { name: string; description: string; id: number },
  what: string,
  byName: ByName,
  byId: ById,
): ValueType => ({
  ...numeric({ ...given, bits: 32, base: integer }),
  parse: (text, scope) => {
    const id = byName(scope, text) ?? (text === 'root' ? 0 : undefined);
    if (id !== undefined) return BigInt(id);
    return parseDecimal(text) ?? `${what} does not exist`;
  },
  print: (value, _bits, scope, options) => {
    const name = options.guid && !options.inRange ? byId(scope, Number(value)) : undefined;
    return name === undefined ? decimal(value) : `"${name}"`;
  },
  json: (value, _bits, scope, options) =>
    (options.guid ? byId(scope, Number(value)) : undefined) ?? Number(value),
});

const rootName = (id: number): string | undefined => (id === 0 ? 'root' : undefined);

export const uid: ValueType = account(
  { name: 'uid', description: 'user ID', id: 24 },
  'User',
  (scope, name) => scope.user?.(name),
  (scope, id) => (scope.userName ? scope.userName(id) : rootName(id)),
);

export const gid: ValueType = account(
  { name: 'gid', description: 'group ID', id: 25 },
  'Group',
  (scope, name) => scope.group?.(name),
  (scope, id) => (scope.groupName ? scope.groupName(id) : rootName(id)),
);

/** The inode of a cgroup, by its path below the root of cgroups. */
export const cgroupv2: ValueType = {
  ...numeric({
    name: 'cgroupsv2',
    description: 'cgroupsv2 path',
    id: 46,
    bits: 64,
    base: integer,
  }),
  parse: (text, scope) => scope.cgroup?.(text) ?? 'cgroupv2 path fails: No such file or directory',
  print: (value, _bits, scope) => {
    const path = scope.cgroupPath?.(value);
    return path === undefined ? decimal(value) : `"${path}"`;
  },
  json: (value, _bits, scope) => scope.cgroupPath?.(value) ?? decimal(value),
};

const realmNames = symbolic(
  {
    name: 'realm',
    description: 'routing realm',
    id: 22,
    bits: 32,
    base: integer,
    described: { file: '/usr/share/iproute2/rt_realms' },
  },
  { cosmos: 0 },
  decimal,
  '"',
);
/** Numbers stand in JSON as texts. */
export const realm: ValueType = {
  ...realmNames,
  json: (value, bits, scope, options) => {
    const json = realmNames.json(value, bits, scope, options);
    return typeof json === 'string' ? json : decimal(value);
  },
};

const TC_ROOT = 0xffffffffn;

/** `major:minor` in hexadecimal. */
const handle = (value: bigint): string => {
  if (value === TC_ROOT) return 'root';
  if (value === 0n) return 'none';
  return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
};

/** The number that a text begins with, as strtoull reads it; 0: with none. */
function leadingNumber(text: string): bigint {
  const [digits = '0'] = /^(?:0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)/i.exec(text) ?? [];
  return BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
}

export const classid: ValueType = {
  ...numeric({ name: 'classid', description: 'TC classid', id: 23, bits: 32, base: integer }),
  parse: (text) => {
    if (text === 'root') return TC_ROOT;
    if (text === 'none') return 0n;
    if (!text.includes(':')) return leadingNumber(text) & TC_ROOT;
    const pair = /^(?:0x)?([0-9a-f]+):(?:0x)?([0-9a-f]*)$/i.exec(text);
    if (!pair) return 'Could not parse TC classid';
    const [major, minor] = [pair[1]!, pair[2]!].map((digits) => BigInt(`0x${digits || 0}`));
    return ((major! & 0xffffn) << 16n) | (minor! & 0xffffn);
  },
  print: handle,
  json: handle,
};
