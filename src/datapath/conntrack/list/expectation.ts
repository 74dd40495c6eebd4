/** Expectations as `conntrack -L expect` and /proc/net/nf_conntrack_expect print them. */
import { HZ } from '../../clock.ts';
import type { ConntrackCore } from '../core.ts';
import {
  type Expectation,
  NF_CT_EXPECT_INACTIVE,
  NF_CT_EXPECT_PERMANENT,
  NF_CT_EXPECT_USERSPACE,
} from '../expect.ts';
import { trackerOf } from '../proto/index.ts';
import {
  TUPLE_DST,
  TUPLE_SRC,
  TUPLE_WORDS,
  type Tuple,
  tupleDport,
  tupleL3num,
  tupleProtonum,
  tupleSport,
} from '../tuple.ts';
import { formatTuple, fullAddress, l3protoName, shortAddress } from './tuple.ts';

const FLAG_NAMES: readonly (readonly [bit: number, name: string])[] = [
  [NF_CT_EXPECT_PERMANENT, 'PERMANENT'],
  [NF_CT_EXPECT_INACTIVE, 'INACTIVE'],
  [NF_CT_EXPECT_USERSPACE, 'USERSPACE'],
];

const secondsLeft = (ct: ConntrackCore, exp: Expectation): number =>
  Math.max(Math.floor((exp.timeout - ct.jiffies) / HZ), 0);

const flagNames = (exp: Expectation): string =>
  FLAG_NAMES.filter(([bit]) => exp.flags & bit)
    .map(([, name]) => name)
    .join(',');

/** The mask as the kernel sends it: the destination and its port must always be equal. */
function wholeMask(exp: Expectation): Tuple {
  const mask = exp.mask.slice();
  const words = tupleL3num(exp.tuple) === 2 ? 1 : 4;
  mask.fill(0xffffffff, TUPLE_DST, TUPLE_DST + words);
  return mask;
}

/** A line of `conntrack -L expect`. */
export function expectationLine(ct: ConntrackCore, exp: Expectation): string {
  const l3num = tupleL3num(exp.tuple);
  const mask = wholeMask(exp);
  const flags = flagNames(exp);
  const master = exp.master * 2 * TUPLE_WORDS;
  const { tuples } = ct.table;
  const masterLine = formatTuple(tuples, master, shortAddress)
    .replace('src=', 'master-src=')
    .replace('dst=', 'master-dst=');
  const src = shortAddress(mask, TUPLE_SRC, l3num);
  const dst = shortAddress(mask, TUPLE_DST, l3num);
  let line = `${secondsLeft(ct, exp)} proto=${tupleProtonum(exp.tuple)} `;
  line += formatTuple(exp.tuple, 0, shortAddress);
  line += `mask-src=${src} mask-dst=${dst} sport=${tupleSport(mask)} dport=65535 `;
  line += `${masterLine}class=${exp.class} `;
  if (flags) line += `${flags} `;
  if (exp.helper) line += `helper=${exp.helper.name} `;
  return line.trimEnd();
}

/** A line of `conntrack -L expect -o xml`. */
export function expectationXml(ct: ConntrackCore, exp: Expectation): string {
  const l3num = tupleL3num(exp.tuple);
  const protonum = tupleProtonum(exp.tuple);
  const mask = wholeMask(exp);
  const master = exp.master * 2 * TUPLE_WORDS;
  const { tuples } = ct.table;
  const ends = (t: Tuple, base: number) =>
    `<src>${shortAddress(t, base + TUPLE_SRC, l3num)}</src><dst>${shortAddress(t, base + TUPLE_DST, l3num)}</dst>`;
  const ports = (src: number, dst: number) => `<sport>${src}</sport><dport>${dst}</dport>`;
  const parts = (expected: string, masked: string, of: string) =>
    `<expected>${expected}</expected><mask>${masked}</mask><master>${of}</master>`;
  const layer3 = parts(ends(exp.tuple, 0), ends(mask, 0), ends(tuples, master));
  const layer4 = parts(
    ports(tupleSport(exp.tuple), tupleDport(exp.tuple)),
    ports(tupleSport(mask), 65535),
    ports(tupleSport(tuples, master), tupleDport(tuples, master)),
  );
  const helper = exp.helper ? `<helper-name>${exp.helper.name}</helper-name>` : '';
  const meta = `${helper}<timeout>${secondsLeft(ct, exp)}</timeout><class>${exp.class}</class>`;
  return (
    `<flow><layer3 protonum="${l3num}" protoname="${l3protoName(l3num)}">${layer3}</layer3>` +
    `<layer4 protonum="${protonum}" protoname="${trackerOf(protonum).name}">${layer4}</layer4>` +
    `<meta>${meta}</meta></flow>`
  );
}

/** A line of /proc/net/nf_conntrack_expect. */
export function expectationProcLine(ct: ConntrackCore, exp: Expectation): string {
  const flags = flagNames(exp);
  const proto = `l3proto = ${tupleL3num(exp.tuple)} proto=${tupleProtonum(exp.tuple)} `;
  let line = `${secondsLeft(ct, exp)} ${proto}${formatTuple(exp.tuple, 0, fullAddress)}${flags}`;
  const { helper } = exp;
  if (!helper) return line;
  const policy = helper.policies[exp.class]?.name;
  line += `${exp.flags ? ' ' : ''}${helper.name}${policy ? `/${policy}` : ''}`;
  return line;
}
