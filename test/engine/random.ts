/** Random packets and random programs of bound ops, for tests that hold the two engines together. */
import fc from 'fast-check';
import { Datapath } from '../../src/datapath/index.ts';
import {
  DATA,
  END,
  ETH_P_IP,
  ETH_P_IPV6,
  IIF,
  LL,
  MARK,
  NFPROTO_NETDEV,
  NH,
  Packet,
  PF,
  PROTOCOL,
} from '../../src/datapath/packet.ts';
import { pktinfoIpv4Validate, pktinfoIpv6Validate } from '../../src/datapath/pktinfo.ts';
import type { BoundOp, ChainProgram, RuleProgram } from '../../src/eval/engine/program.ts';
import { counterState } from '../../src/eval/engine/run/counter.ts';
import { metaPlace, metaSource, readMeta, writeMeta } from '../../src/eval/engine/run/meta.ts';
import { payloadPlace, payloadSource, readPayload } from '../../src/eval/engine/run/payload.ts';
import { SetStore } from '../../src/eval/engine/set/index.ts';
import {
  NF_ACCEPT,
  NF_DROP,
  NFT_CONTINUE,
  NFT_GOTO,
  NFT_JUMP,
  NFT_RETURN,
} from '../../src/eval/engine/verdict.ts';
import type { StatefulInstance } from '../../src/eval/row.ts';
import type { Chain, Rule } from '../../src/eval/ruleset/store.ts';

const { ns } = new Datapath();
const env = { ns } as unknown as Parameters<typeof readMeta>[2];

// ── Packets ────────────────────────────────────────────────────────────────────────────────────

/** Bytes that ask for little, so that comparisons hold now and then. */
const byte = fc.constantFrom(0, 1, 2, 6, 17, 22, 0x45, 64, 80, 127, 128, 255);
const bytes = (n: number) =>
  fc
    .uint8Array({ minLength: n, maxLength: n })
    .chain((noise) =>
      fc
        .array(byte, { minLength: n, maxLength: n })
        .map((plain) => Uint8Array.from(plain, (v, i) => (noise[i]! < 40 ? noise[i]! : v))),
    );

export interface Sample {
  readonly frame: Uint8Array;
  readonly v6: boolean;
  /** How much of the frame is there. */
  readonly length: number;
  readonly mark: number;
}

export const sample: fc.Arbitrary<Sample> = fc
  .record({
    body: bytes(80),
    v6: fc.boolean(),
    options: fc.constantFrom(0, 0, 0, 1, 5),
    protocol: fc.constantFrom(6, 17, 1, 58, 50),
    fragment: fc.constantFrom(0, 0, 0, 0, 0x2000, 7),
    cut: fc.option(fc.nat(93), { freq: 2 }),
    mark: fc.constantFrom(0, 1, 0x80000000, 0xff, 22),
  })
  .map(({ body, v6, options, protocol, fragment, cut, mark }) => {
    const frame = new Uint8Array(94);
    frame.set(body.subarray(0, 12));
    frame.set(v6 ? [0x86, 0xdd] : [8, 0], 12);
    frame.set(body, 14);
    if (v6) frame.set([0x60, 0, 0, 0, 0, 40, protocol], 14);
    else {
      frame.set([0x45 + options, 0, 0, 80], 14);
      frame.set([fragment >> 8, fragment], 20);
      frame[23] = protocol;
    }
    return { frame, v6, length: cut ?? 94, mark };
  });

/** The packet as a netdev chain sees it. */
export function packetOf({ frame, v6, length, mark }: Sample): Packet {
  const p = new Packet();
  p.load(frame.subarray(0, Math.max(length, 14)));
  const m = p.m;
  m[NH] = m[DATA] = m[LL]! + 14;
  m[PROTOCOL] = v6 ? ETH_P_IPV6 : ETH_P_IP;
  m[PF] = NFPROTO_NETDEV;
  m[IIF] = 1;
  m[MARK] = mark | 0;
  if (v6) pktinfoIpv6Validate(p, ns.profile.extensionsMustFit);
  else pktinfoIpv4Validate(p);
  m[END] = Math.max(m[END]!, m[NH]!);
  return p;
}

// ── Programs ───────────────────────────────────────────────────────────────────────────────────

const REGISTERS = 8;
const register = fc.nat(REGISTERS - 5);
const data = (n: number) => bytes(n);

const payload = fc
  .record({
    layer: fc.constantFrom('ll', 'nh', 'nh', 'th', 'th'),
    offset: fc.nat(24),
    len: fc.constantFrom(1, 1, 2, 2, 4, 4, 3, 6, 8, 16),
    dreg: register,
  })
  .map(({ layer, offset, len, dreg }): BoundOp => {
    const args = { layer, offset: offset * 8, bits: len * 8 };
    const source = payloadSource(args, len, env);
    return {
      op: 'load',
      dreg,
      len,
      read: readPayload(args, len, env),
      place: `${payloadPlace(args)} ${len}`,
      ...(source && { source }),
      registers: false,
    };
  });

const META = { mark: 4, l4proto: 1, nfproto: 1, protocol: 2, length: 4, iif: 4, iifname: 16 };

const meta = fc
  .record({ key: fc.constantFrom(...(Object.keys(META) as (keyof typeof META)[])), dreg: register })
  .map(({ key, dreg }): BoundOp => {
    const args = { key };
    const len = META[key];
    const source = metaSource(args);
    return {
      op: 'load',
      dreg,
      len,
      read: readMeta(args, len, env)!,
      place: `${metaPlace(args)} ${len}`,
      ...(source && { source }),
      registers: false,
    };
  });

const length = fc.constantFrom(1, 2, 2, 4, 4, 6, 8, 16);
const ordered = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) <= 0;

/** nft writes a value where it lies or to a place apart, never onto a part of itself. */
const isApart = (sreg: number, dreg: number, len: number): boolean =>
  sreg === dreg || Math.abs(sreg - dreg) >= Math.ceil(len / 4);

const pure: fc.Arbitrary<BoundOp> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ sreg: register, len: length }).chain(({ sreg, len }) =>
      fc
        .record({
          rel: fc.constantFrom('eq', 'eq', 'neq', 'lt', 'lte', 'gt', 'gte'),
          data: data(len),
        })
        .map(({ rel, data }) => ({ op: 'cmp', rel, sreg, data }) as BoundOp),
    ),
  },
  fc.record({ sreg: register, len: length }).chain(({ sreg, len }) =>
    fc
      .record({ rel: fc.constantFrom('eq', 'neq'), a: data(len), b: data(len) })
      .map(({ rel, a, b }) => {
        const [low, high] = ordered(a, b) ? [a, b] : [b, a];
        return { op: 'range', rel, sreg, low, high } as BoundOp;
      }),
  ),
  fc
    .record({ sreg: register, dreg: register, len: length })
    .filter(({ sreg, dreg, len }) => isApart(sreg, dreg, len))
    .chain(({ sreg, dreg, len }) =>
      fc
        .record({ mask: data(len), xor: data(len) })
        .map(
          ({ mask, xor }) =>
            ({ op: 'bitwise', kind: 'mask', sreg, dreg, len, mask, xor }) as BoundOp,
        ),
    ),
  fc
    .record({
      kind: fc.constantFrom('lshift', 'rshift'),
      sreg: register,
      dreg: register,
      len: length,
      bits: fc.nat(31),
    })
    .filter(({ sreg, dreg, len }) => isApart(sreg, dreg, len))
    .map((op) => ({ op: 'bitwise', ...op }) as BoundOp),
  fc
    .record({
      kind: fc.constantFrom('and', 'or', 'xor'),
      sreg: register,
      sreg2: register,
      dreg: register,
      len: length,
    })
    .filter(({ sreg, sreg2, dreg, len }) => isApart(sreg, dreg, len) && isApart(sreg2, dreg, len))
    .map((op) => ({ op: 'bitwise', ...op }) as BoundOp),
  fc.record({ sreg: register, size: fc.constantFrom(2, 4, 8), n: fc.constantFrom(1, 2) }).map(
    ({ sreg, size, n }) =>
      ({
        op: 'byteorder',
        kind: 'hton',
        sreg,
        dreg: sreg,
        len: size === 8 ? 8 : size * n,
        size,
      }) as BoundOp,
  ),
  fc
    .record({ dreg: register, data: length.chain(data) })
    .map(({ dreg, data }) => ({ op: 'immediate', dreg, data }) as BoundOp),
);

/** What packets have of each key, as it lies in registers. */
const SEEN: Readonly<Record<keyof typeof META, readonly (readonly number[])[]>> = {
  mark: [
    [0, 0, 0, 0],
    [1, 0, 0, 0],
    [0, 0, 0, 0x80],
    [0xff, 0, 0, 0],
    [22, 0, 0, 0],
  ],
  l4proto: [[6], [17], [1]],
  nfproto: [[5]],
  protocol: [
    [8, 0],
    [0x86, 0xdd],
  ],
  length: [[80, 0, 0, 0]],
  iif: [[1, 0, 0, 0]],
  iifname: [[0x6c, 0x6f, ...new Array(14).fill(0)]],
};

/** A load and a comparison of it that holds now and then, perhaps through a change of form. */
const match: fc.Arbitrary<BoundOp[]> = fc.oneof(
  fc
    .record({
      load: meta,
      rel: fc.constantFrom('eq', 'eq', 'neq', 'lt', 'gte'),
      pick: fc.nat(4),
      turn: fc.boolean(),
    })
    .map(({ load, rel, pick, turn }) => {
      if (load.op !== 'load') return [load];
      const key = load.place!.split(' ')[2] as keyof typeof META;
      const seen = Uint8Array.from(SEEN[key][pick % SEEN[key].length]!);
      const { dreg: sreg } = load;
      if (!turn || seen.length !== 4)
        return [load, { op: 'cmp', rel, sreg, data: seen }] as BoundOp[];
      const order = { op: 'byteorder', kind: 'hton', sreg, dreg: sreg, len: 4, size: 4 } as const;
      return [load, order, { op: 'cmp', rel, sreg, data: seen.reverse() }] as BoundOp[];
    }),
  payload.chain((load) =>
    fc
      .record({
        rel: fc.constantFrom('eq', 'neq', 'lt', 'gte'),
        data: data(load.op === 'load' ? load.len : 1),
      })
      .map(
        ({ rel, data }) =>
          [load, { op: 'cmp', rel, sreg: (load as { dreg: number }).dreg, data }] as BoundOp[],
      ),
  ),
);

const store: fc.Arbitrary<BoundOp> = register.map((sreg) => ({
  op: 'store',
  sreg,
  write: writeMeta({ key: 'mark' })!,
}));

/** Sets of every backend, filled with what packets have. */
function setOf(
  len: number,
  interval: boolean,
  keys: readonly Uint8Array[],
  rest = false,
): SetStore {
  const set = new SetStore({ fields: [len], interval }, {}, () => 0);
  for (const [i, key] of keys.entries()) {
    const other = keys[i + 1] ?? key;
    const [low, high] = ordered(key, other) ? [key, other] : [other, key];
    const e = set.element({
      key: interval ? low : key,
      ...(interval && { keyEnd: high }),
      data: key,
    });
    set.insert(e);
  }
  if (rest) set.insert(set.element({ data: new Uint8Array(len) }));
  return set;
}

const lookup: fc.Arbitrary<BoundOp> = fc
  .record({ sreg: register, len: length, interval: fc.boolean() })
  .chain(({ sreg, len, interval }) =>
    fc
      .record({
        keys: fc.array(data(len), { minLength: 1, maxLength: 12 }),
        dreg: fc.option(register),
        invert: fc.boolean(),
        undone: fc.boolean(),
        rest: fc.boolean(),
        fixed: fc.boolean(),
      })
      .map(
        ({ keys, dreg, invert, undone, rest, fixed }): BoundOp => ({
          op: 'lookup',
          set: setOf(len, interval, keys, rest && !fixed),
          sreg,
          ...(dreg !== null && { dreg }),
          dataLen: len,
          verdict: false,
          invert: invert && dreg === null,
          undone,
          fixed,
          touch: () => NFT_CONTINUE,
          follow: () => ({ code: NFT_CONTINUE }),
        }),
      ),
  );

const one = (op: fc.Arbitrary<BoundOp | 'counter'>) => op.map((only) => [only]);

const parts = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: match as fc.Arbitrary<(BoundOp | 'counter')[]> },
    { weight: 3, arbitrary: one(payload) },
    { weight: 2, arbitrary: one(meta) },
    { weight: 3, arbitrary: one(pure) },
    { weight: 1, arbitrary: one(store) },
    { weight: 2, arbitrary: one(lookup) },
    { weight: 2, arbitrary: one(fc.constant<'counter'>('counter')) },
  ),
  { maxLength: 5 },
);

const body = parts.map((found) => found.flat());

const end = fc.constantFrom(
  'none',
  'none',
  'none',
  'accept',
  'drop',
  'return',
  'jump',
  'goto',
  'vmap',
);

export interface RuleSpec {
  readonly body: readonly (BoundOp | 'counter')[];
  readonly end: string;
}

/** Chains of rules; each may jump to the ones behind it. */
export const chains = (rules: number): fc.Arbitrary<RuleSpec[][]> =>
  fc.array(fc.array(fc.record({ body, end }), { maxLength: rules }), {
    minLength: 1,
    maxLength: 3,
  });

export interface Linked {
  readonly base: ChainProgram;
  readonly rules: readonly Rule[];
  readonly counters: readonly StatefulInstance[];
}

const VERDICTS: Readonly<Record<string, number>> = {
  accept: NF_ACCEPT,
  drop: NF_DROP,
  return: NFT_RETURN,
  jump: NFT_JUMP,
  goto: NFT_GOTO,
};

/** Registers start as zeros in every rule, as nothing reads what it has not written. */
const clear: BoundOp = { op: 'immediate', dreg: 0, data: new Uint8Array(64) };

/** A fresh instance of the chains: own counts, own programs. */
export function link(specs: readonly (readonly RuleSpec[])[]): Linked {
  const rules: Rule[] = [];
  const counters: StatefulInstance[] = [];
  const programs: ChainProgram[] = specs.map((_, i) => ({
    chain: { name: `c${i}`, base: { policy: 'accept' } } as unknown as Chain,
    rules: [],
    compiled: null,
  }));
  for (const [i, spec] of specs.entries()) {
    const target = programs[i + 1];
    programs[i]!.rules = spec.map(({ body, end }): RuleProgram => {
      const rule = { packets: 0, bytes: 0 } as Rule;
      rules.push(rule);
      const ops: BoundOp[] = [clear];
      for (const op of body) ops.push(op === 'counter' ? counting(counters) : op);
      const last = ending(end, target);
      if (last) ops.push(last);
      return { rule, ops };
    });
  }
  return { base: programs[0]!, rules, counters };
}

function counting(counters: StatefulInstance[]): BoundOp {
  const instance = counterState.create({ packets: 0, bytes: 0 }, env);
  counters.push(instance);
  return { op: 'effect', run: (p, regs) => instance.run(p, regs), registers: false };
}

function ending(end: string, target: ChainProgram | undefined): BoundOp | undefined {
  if (end === 'none') return undefined;
  const jumps = end === 'jump' || end === 'goto' || end === 'vmap';
  if (jumps && !target) return { op: 'verdict', code: NF_DROP };
  if (end !== 'vmap') {
    return { op: 'verdict', code: VERDICTS[end]!, ...(jumps && { target: target! }) };
  }
  const set = setOf(
    1,
    false,
    [6, 17, 0, 64].map((n) => Uint8Array.of(n)),
  );
  return {
    op: 'lookup',
    set,
    sreg: 0,
    dataLen: 0,
    verdict: true,
    invert: false,
    undone: false,
    fixed: true,
    touch: () => NFT_CONTINUE,
    follow: (e) =>
      e.key[0] === 6
        ? { code: NFT_JUMP, target: target! }
        : e.key[0] === 17
          ? { code: NFT_GOTO, target: target! }
          : { code: e.key[0] === 0 ? NFT_CONTINUE : NF_DROP },
  };
}
