/** `snat`, `dnat`: rewrite where packets come from, go to. Mirrors nft_nat.c. */
import { leading } from '../check/arg.ts';
import type { Expr } from '../checked.ts';
import { runNat } from '../engine/run/nat.ts';
import type { Register } from '../ir.ts';
import type { ListContext } from '../list/context.ts';
import { registerName } from '../lower/registers.ts';
import type { Lowering } from '../lower.ts';
import type { ChainSite, StatementRow } from '../row.ts';
import {
  checkFlags,
  flagsJson,
  flagsText,
  lowerEnds,
  NETMAP,
  natFlags,
  PORT_GIVEN,
  portsFromJson,
} from './nat-flags.ts';
import {
  checkTarget,
  type NatTarget,
  natDestination,
  natLead,
  targetFromJson,
} from './nat-target.ts';
import { writtenNat } from './nat-written.ts';

export type NatArgs = NatTarget & { readonly flags: number };

/** What the kernel is told. */
export type NatOp = {
  readonly type: 'snat' | 'dnat';
  readonly family: NatTarget['family'];
  readonly addrMinReg?: Register;
  readonly addrMaxReg?: Register;
  readonly protoMinReg?: Register;
  readonly protoMaxReg?: Register;
  /** NF_NAT_RANGE_* */
  readonly flags: number;
};

/** The family is said where the table or the form leaves it open. */
const saysFamily = (args: NatArgs, table: string): boolean =>
  args.family !== 'inet' &&
  args.addr !== undefined &&
  (table === 'inet' || args.concat === true || args.ranges === true);

const isIpv6 = (e: Expr): boolean => e.bits === 128 && (e.kind === 'value' || e.kind === 'range');

/** An IPv6 address before a port stands in brackets. */
function addressText(addr: Expr, before: boolean, ctx: ListContext): string {
  if (!before || !isIpv6(addr)) return ctx.expr(addr);
  if (addr.kind !== 'range') return `[${ctx.expr(addr)}]`;
  return `[${ctx.expr(addr.low)}]-[${ctx.expr(addr.high)}]`;
}

function text(type: string, args: NatArgs, ctx: ListContext): string {
  const { family, addr, port, prefix, flags } = args;
  let head: string = type;
  if (saysFamily(args, ctx.family)) head += ` ${family}`;
  if (prefix) head += ' prefix';
  if (addr || port) head += ' to ';
  const target = addr ? addressText(addr, port !== undefined, ctx) : '';
  return `${head}${target}${port ? `:${ctx.expr(port)}` : ''}${flagsText(flags)}`;
}

const addressWords = ({ family }: NatArgs): number => (family === 'ip6' ? 4 : 1);

/** Registers of one lookup that gives address, port, and the ends of their ranges. */
function mapRegisters(args: NatArgs, first: Register): Partial<NatOp> {
  const words = addressWords(args);
  const port = first + words;
  const second = args.concat ? port + 1 : port;
  return {
    addrMinReg: first,
    ...(args.concat && { protoMinReg: port }),
    ...(args.ranges && { addrMaxReg: second }),
    ...(args.concat && args.ranges && { protoMaxReg: second + words }),
  };
}

function addressRegisters(args: NatArgs, addr: Expr, to: Lowering): Partial<NatOp> {
  if (addr.kind === 'map') return mapRegisters(args, to.operand(addr));
  const { min, max } = lowerEnds(addr, to);
  if (args.concat) return { addrMinReg: min, protoMinReg: min + addressWords(args) };
  return { addrMinReg: min, ...(max !== undefined && { addrMaxReg: max }) };
}

/** An address and a port that no map gives lie in registers of their own, and list as such. */
function reread({ concat, ...args }: NatArgs): NatArgs {
  const [addr, port] = concat && args.addr?.kind === 'concat' ? args.addr.parts : [];
  return addr && port ? { ...args, addr, port } : { ...args, ...(concat && { concat }) };
}

function lower(type: NatOp['type'], args: NatArgs, to: Lowering): void {
  const address = args.addr ? addressRegisters(args, args.addr, to) : {};
  const port = args.port && lowerEnds(args.port, to);
  const op: NatOp = {
    type,
    family: args.family,
    ...address,
    ...(port && { protoMinReg: port.min }),
    ...(port?.max !== undefined && { protoMaxReg: port.max }),
    flags: args.flags | (port ? PORT_GIVEN : 0) | (args.prefix ? NETMAP : 0),
  };
  to.emit({ op: 'effect', row: type === 'snat' ? snat : dnat, args: op });
  to.release(0);
}

function bytecode(args: NatOp): string {
  const registers: readonly (readonly [string, Register | undefined])[] = [
    ['addr_min', args.addrMinReg],
    ['addr_max', args.addrMaxReg],
    ['proto_min', args.protoMinReg],
    ['proto_max', args.protoMaxReg],
  ];
  const parts = registers.flatMap(([name, register]) =>
    register === undefined ? [] : [`${name} reg ${registerName(register)}`],
  );
  const flags = args.flags ? [`flags 0x${args.flags.toString(16)}`] : [];
  return ['nat', args.type, args.family, ...parts, ...flags].join(' ');
}

const HOOKS = {
  snat: ['postrouting', 'input'],
  dnat: ['prerouting', 'output'],
} as const;

const nat = (type: 'snat' | 'dnat'): StatementRow<NatArgs> => ({
  row: 'statement',
  name: type,
  ledBy: () => type,
  phrase: [natLead, natDestination, natFlags],
  writes: 'nat',
  terminal: true,
  check(args, span, ctx) {
    const target = checkTarget(args, { text: type, span: leading(span, type) }, ctx);
    return target && { ...target, flags: checkFlags(args) };
  },
  list: (args, ctx) => text(type, args, ctx),
  reread,
  json(args, ctx) {
    const { family, addr, port, prefix, flags } = args;
    return {
      [type]: {
        ...(saysFamily(args, ctx.family) && { family }),
        ...(addr && { addr: ctx.exprJson(addr) }),
        ...(port && { port: ctx.exprJson(port) }),
        ...flagsJson(flags | (prefix ? NETMAP : 0)),
        ...(prefix && { type_flags: 'prefix' }),
      },
    };
  },
  fromJson: {
    read(value, from) {
      const target = targetFromJson(value, from);
      const ports = target && portsFromJson(value, from);
      return ports && { ...target, ...ports };
    },
  },
  lower: (args, to) => lower(type, args, to),
  bytecode: (args) => bytecode(args as NatOp),
  validate: (_args, site: ChainSite) =>
    site.type === 'nat' && (HOOKS[type] as readonly string[]).includes(site.hook)
      ? undefined
      : 'EOPNOTSUPP',
  mergeable: {
    rewrites: { parts: ['addr', 'port'], into: () => 'addr' },
    text: (args, print) => writtenNat(type, args, print),
  },
  run: runNat,
});

export const snat = nat('snat');
export const dnat = nat('dnat');
