/**
 * Matches that go without saying, because a later expression implies them: they do not list.
 *
 * `meta l4proto tcp tcp dport 22` lists as `tcp dport 22`. A match of a protocol is remembered for the
 * layer that it names; the first expression of that layer makes it redundant, with the exceptions
 * below. Mirrors payload_dependency_store, payload_dependency_kill and their relatives in nft.
 */
import type { Family } from '../../parser/ast.ts';
import type { Assign } from '../check/assign.ts';
import type { KnownProtocols } from '../check/known.ts';
import type { Layer, Naming, Protocol, Tunnel } from '../check/protocol.ts';
import { protocolNamed, protocolNumbered, startInside, startOf } from '../check/protocols.ts';
import type { Expr, Load, Lookup, Prefix, Statement, Value } from '../checked.ts';
import { type PayloadRow, payloadArgs } from '../expr/header.ts';
import { th } from '../expr/th.ts';
import { type Group, inSentOrder, joined } from '../lower/merge.ts';
import {
  canonicalExpr,
  canonicalLoad,
  canonicalLookup,
  canonicalMap,
  canonicalMatch,
  isEquality,
  type Match,
  retyped,
} from './canonical.ts';
import { expanded } from './expand.ts';
import { asBytes, headerOf, isBytes } from './field.ts';
import { takenValue, widened } from './mask.ts';
import { rereadKey } from './reread.ts';
import { type Written, written } from './write.ts';

/** Families whose packets may be of any network protocol. */
const MIXED: readonly Family[] = ['inet', 'bridge', 'netdev'];

/** How a load is used. */
interface Use {
  /** Its tunnel's protocol is not made redundant. */
  readonly tunnelStays?: boolean;
  /** It is compared with one value, which may name what it carries (payload_match_expand). */
  readonly expands?: boolean;
}

class Dependencies {
  readonly known: KnownProtocols;
  private readonly inner: KnownProtocols;
  readonly family: Family;
  /** By the layer that they name: the last match of it, if nothing has made it redundant. */
  private readonly pending = new Map<string, Match>();
  readonly redundant = new Set<Statement>();

  constructor(family: Family) {
    this.family = family;
    this.known = startOf(family);
    this.inner = startInside();
  }

  knownFor(e: Expr): KnownProtocols {
    return tunnelIn(e) ? this.inner : this.known;
  }

  /** Takes in a match, after the loads in it. */
  learn(match: Match): void {
    const { left, op, right } = match;
    if (op !== '==' || left.kind !== 'load') return;
    if (right.kind === 'prefix' && right.length % 8 === 0) this.hideNetwork(left, right);
    if (right.kind !== 'value') return;
    const known = this.knownFor(left);
    known.learn(left, right);
    this.hideFrame(left);
    this.hideNetwork(left, right);
    const slot = this.slotOf(left, right.value);
    if (slot) this.pending.set(slot, match);
  }

  /** The layer that a match of this value is a dependency of. */
  private slotOf(load: Load, value: bigint): string | undefined {
    const { protocol } = load.row;
    if (protocol?.message && load.args.field === protocol.message[2]) return 'message';
    const naming = load.row.names?.(load);
    if (!naming) return undefined;
    const named = protocolNumbered(naming.numbering, value);
    const layer = naming.layer ?? named?.layer ?? ABOVE[payloadArgs(load).layer];
    return layer && slotIn(load, layer);
  }

  /** Whether something else in the rule than this load says the protocol of its layer. */
  isSaid(load: Load): boolean {
    const layer = load.row.layer?.(load);
    return layer !== undefined && !this.pending.has(layer);
  }

  /** Ports of a protocol that a match names and that may be any. */
  isUnclear(load: Load): boolean {
    const dependency = load.row === th ? this.pending.get(slotIn(load, 'th')) : undefined;
    return dependency !== undefined && !(this.isMixed(load) && isOfNetwork(dependency));
  }

  /** A load makes the match of its layer's protocol redundant. */
  use(load: Load, { tunnelStays = false, expands = false }: Use = {}): void {
    const layer = load.row.layer?.(load);
    if (!layer) return;
    const slot = slotIn(load, layer);
    if (this.usesMessage(load)) this.drop('message');
    if (!tunnelStays) this.useTunnel(load);
    const dependency = this.pending.get(slot);
    if (dependency && this.mayDrop(dependency, load, layer, expands)) this.drop(slot);
  }

  /** What lies inside a tunnel says what transport protocol the tunnel is, if no header says it. */
  private useTunnel(load: Load): void {
    const { tunnel } = load.args as { tunnel?: Tunnel };
    const numbers = tunnel && protocolNamed(tunnel.name).numbers.l4proto;
    const { left, right } = this.pending.get('th') ?? {};
    if (left?.kind !== 'load' || left.row.protocol || right?.kind !== 'value') return;
    if (numbers?.includes(Number(right.value))) this.drop('th');
  }

  /** A statement that is no match ends what a later expression could imply. */
  settle(): void {
    this.pending.clear();
  }

  /** A statement implies the match of a layer's protocol. */
  hide(layer: Layer): void {
    this.drop(layer);
  }

  private drop(slot: string): void {
    const match = this.pending.get(slot);
    if (match) this.redundant.add(match);
    this.pending.delete(slot);
  }

  private mayDrop({ left, right }: Match, load: Load, layer: Layer, expands: boolean): boolean {
    if (left.kind !== 'load' || right.kind !== 'value') return false;
    const mixed = this.isMixed(load);
    const bytes = left.row.protocol;
    // Which of the network protocols it is would be lost; before options it is.
    if (mixed && layer === 'th' && bytes?.layer === 'nh') return load.row.protocol === undefined;
    // Of protocols stacked behind one another each is said.
    if (mixed && expands && bytes?.layer === layer && load.row.names?.(load)) return false;
    // What a tag says is never implied; of tags the usual one goes without saying.
    if (mixed && layer === 'll' && bytes)
      return !bytes.numbers.ethertype && isUsualTag(right.value);
    return true;
  }

  private isMixed(load: Load): boolean {
    return MIXED.includes(this.family) || load.args.tunnel !== undefined;
  }

  /** What names the network protocol without its header makes what was said of the frame redundant. */
  private hideFrame(load: Load): void {
    const naming = load.row.protocol ? undefined : load.row.names?.(load);
    if (naming?.layer !== 'nh') return;
    if (naming.yields && this.pending.has(slotIn(load, 'nh'))) return;
    this.drop(slotIn(load, 'll'));
  }

  /** The family, ICMP and ICMPv6, and addresses of connections say what network protocol they go with. */
  private hideNetwork(left: Load, right: Value | Prefix): void {
    const slot = slotIn(left, 'nh');
    const dependency = this.pending.get(slot);
    const network = left.row.network?.(left);
    const naming = left.row.names?.(left);
    if (!dependency || (network === undefined && naming?.layer !== 'th')) return;
    if (this.isImplied(dependency, network ?? messageNetwork(naming, right), left)) this.drop(slot);
  }

  /** Whether a match of the network protocol goes without saying before `left`, which is of `network`. */
  private isImplied(dependency: Match, network: string | undefined, left: Load): boolean {
    if (yields(dependency)) return true;
    const said = networkOf(dependency)?.name;
    if (this.isMixed(left)) return said !== undefined && said === network;
    return said === this.family || this.family === 'arp';
  }

  /** A field of one kind of message only. */
  private usesMessage(load: Load): boolean {
    const row = load.row as PayloadRow;
    const messages = row.spec?.fields[payloadArgs(load).field ?? '']?.[3]?.messages;
    const dependency = this.pending.get('message');
    if (messages?.length !== 1 || dependency?.right.kind !== 'value') return false;
    const { left, right } = dependency;
    return left.kind === 'load' && left.row === row && Number(right.value) === messages[0];
  }
}

/** What is pending of the packet inside a tunnel is apart. */
const slotIn = ({ args }: Load, layer: Layer): string => (args.tunnel ? `inside ${layer}` : layer);

/** A field of a network header: that it is that header would be lost. */
const isOfNetwork = ({ left }: Match): boolean =>
  left.kind === 'load' && left.row.protocol?.layer === 'nh';

/** Whether a number of a frame's type is that of tags which say no other. */
function isUsualTag(value: bigint): boolean {
  const tag = protocolNumbered('ethertype', value);
  return tag?.layer === 'll' && Number(value) === tag.numbers.ethertype?.[0];
}

/** ICMP and ICMPv6 go with one network protocol. */
function messageNetwork(naming: Naming | undefined, right: Value | Prefix): string | undefined {
  if (!naming || naming.above || right.kind !== 'value') return undefined;
  const named = protocolNumbered(naming.numbering, right.value);
  return named?.message && named.network;
}

const yields = ({ left }: Match): boolean =>
  left.kind === 'load' && left.row.names?.(left)?.yields === true;

function networkOf({ left, right }: Match): Protocol | undefined {
  if (left.kind !== 'load' || right.kind !== 'value') return undefined;
  const naming = left.row.names?.(left);
  return naming && protocolNumbered(naming.numbering, right.value);
}

const ABOVE: Readonly<Partial<Record<Layer, Layer>>> = { ll: 'nh', nh: 'th', th: 'ih' };

function tunnelIn(e: Expr): boolean {
  if (e.kind === 'load') return e.args.tunnel !== undefined;
  if (e.kind === 'binop') return tunnelIn(e.left);
  return e.kind === 'concat' && e.parts.some(tunnelIn);
}

/** The statements of a rule as they list. */
export function listedStatements(
  statements: readonly Statement[],
  family: Family,
): readonly Statement[] {
  const dependencies = new Dependencies(family);
  const canonical = inSentOrder(statements).flatMap((group) =>
    cameBack(group, dependencies).flatMap((statement): readonly Statement[] => {
      if (statement.kind === 'match') return readMatch(statement, dependencies);
      const listed = read(statement, dependencies);
      // To nft verdicts from a map are one more expression.
      if (statement.kind !== 'vmap') dependencies.settle();
      return [listed];
    }),
  );
  return canonical.filter((statement) => !dependencies.redundant.has(statement));
}

/** Joined matches on a header that nothing is known of come back as bytes, others as the fields that they were. */
function cameBack(group: Group, to: Dependencies): Group {
  const [first] = group;
  if (group.length === 1 || first?.kind !== 'match' || first.left.kind !== 'load') return group;
  if (headerOf(first.left, to.knownFor(first.left)) !== undefined) return group;
  const whole = joined(group);
  if (whole.kind !== 'match' || whole.left.kind !== 'load' || !isBytes(whole.left)) return group;
  return [{ ...whole, left: asBytes(whole.left) }];
}

function readMatch(statement: Match, to: Dependencies): readonly Match[] {
  const known = to.knownFor(statement.left);
  return expanded(canonicalMatch(statement, known), known).map((match) => {
    const whole = match.left.kind === 'load' && match.left.bits % 8 === 0;
    const expands = isEquality(match.op) && match.right.kind === 'value';
    const tunnelStays = whole && !isOne(match) && !isFlags(match.op);
    const left = used(match.left, to, { tunnelStays, expands });
    const unnamed = expands && left.kind === 'load' && left !== match.left;
    const right = unnamed ? retyped(match.right, left) : match.right;
    const listed = { ...match, left, right };
    to.learn(listed);
    return listed;
  });
}

type Other = Exclude<Statement, Match>;

function read(statement: Other, to: Dependencies): Other {
  switch (statement.kind) {
    case 'assign': {
      // nft leaves what is written into options as it came from the kernel.
      if (isOption(statement.target)) return { ...statement, value: asCame(statement.value) };
      const known = to.knownFor(statement.target);
      // What is written into the packet is looked at together with what it is written to.
      const { target, value } =
        written(statement, known, (bytes) => to.isSaid(bytes)) ?? plainlyWritten(statement, known);
      const shown = retyped(value, target);
      const place = used(target, to) as Load;
      return { ...statement, target: place, value: used(shown, to) };
    }
    case 'vmap': {
      const known = to.knownFor(statement.key);
      const { key, map } = readKey(statement, known);
      return { ...statement, key: used(key, to), map };
    }
    case 'effect': {
      const given = canonicalArgs(statement.args, to);
      const network = to.known.at('nh')?.protocol.name;
      const args = statement.row.reread?.(given, to.family, network) ?? given;
      const hidden = statement.row.hides?.(args, to.family);
      if (hidden) to.hide(hidden);
      return { ...statement, args };
    }
    case 'verdict':
      return statement;
  }
}

function plainlyWritten({ target, value }: Assign, known: KnownProtocols): Written {
  const named = canonicalLoad(target, known);
  const given = canonicalExpr(value, known);
  return { target: named, value: isBytes(named) ? given : takenValue(given) };
}

/** An option, found by its number. */
const isOption = (load: Load): boolean => {
  const field = load.row.field?.(load);
  return field !== undefined && field.base === undefined;
};

/** With the packet's fields as mere bytes. */
function asCame(e: Expr): Expr {
  switch (e.kind) {
    case 'load':
      return (e.row as PayloadRow).spec ? asBytes(e) : e;
    case 'binop':
      return { ...e, left: asCame(e.left), right: asCame(e.right) };
    case 'map':
      return { ...e, key: asCame(e.key) };
    default:
      return e;
  }
}

function readKey({ key, map }: Keyed, known: KnownProtocols): Keyed {
  const bits = rereadKey(key, map, known);
  if (bits) return { key: bits, map: canonicalMap(map) };
  const looked = canonicalLookup(key, map, known);
  const { left, right } = widened(looked.key, looked.map, known);
  return { key: left, map: right };
}

type Keyed = Pick<Lookup, 'key' | 'map'>;

/** Compared with one value or prefix. */
const isOne = ({ op, right }: Match): boolean =>
  isEquality(op) && (right.kind === 'value' || right.kind === 'prefix');

/** Compared through a mask: some of these bits, or none. */
const isFlags = (op: Match['op']): boolean => op === 'any' || op === 'none';

/**
 * Every load in an expression is a use of its layer; `use` is how, where it is the whole of one side.
 * Ports list as mere bytes where the protocol has been named and nothing has made that redundant.
 */
function used<E extends Expr>(e: E, to: Dependencies, use?: Use): E;
function used(e: Expr, to: Dependencies, use: Use = {}): Expr {
  switch (e.kind) {
    case 'load': {
      if (to.isUnclear(e)) return asBytes(e);
      to.use(e, use);
      const { of } = e.args as { of?: Expr };
      return of ? { ...e, args: { ...e.args, of: used(of, to) } } : e;
    }
    case 'binop':
      return { ...e, left: used(e.left, to), right: used(e.right, to) };
    case 'concat':
      return { ...e, parts: e.parts.map((part) => used(part, to)) };
    case 'map':
      return { ...e, key: used(e.key, to) };
    default:
      return e;
  }
}

type StatementArgs = Readonly<Record<string, unknown>>;

/** The arguments of a statement with the expressions among them read back. */
function canonicalArgs(args: StatementArgs, to: Dependencies): StatementArgs {
  const entries = Object.entries(args).map(([name, arg]) => {
    if (!isExpr(arg)) return [name, arg] as const;
    return [name, used(canonicalExpr(arg, to.knownFor(arg)), to)] as const;
  });
  return Object.fromEntries(entries);
}

const isExpr = (arg: unknown): arg is Expr =>
  typeof arg === 'object' && arg !== null && 'kind' in arg && 'type' in arg && 'bits' in arg;
