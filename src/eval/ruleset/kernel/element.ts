/**
 * Elements of sets: added, deleted, flushed. Mirrors nft_add_set_elem, nft_del_setelem and
 * nft_set_flush.
 */
import type { ElementRest, ElementSpec, SetElement } from '../../engine/set/index.ts';
import { verdict as verdictType } from '../../type/verdict.ts';
import type { AskedElements } from '../element/asked.ts';
import { type Refusal, refuse } from '../errno.ts';
import { isMap, type NftObject, type NftSet, type Table } from '../store.ts';
import type { Transaction } from '../transaction.ts';
import { inJiffies, isEndless } from './jiffies.ts';
import { isRefusal, objectKey } from './lookup.ts';
import { chainReference, hold, type Referred, release } from './reference.ts';
import { validateNow } from './validate.ts';

/** An element as a request has it; how far to look in the request for its place. */
export interface NewElements {
  readonly set: NftSet;
  readonly elements: AskedElements;
  readonly exclusive: boolean;
}

/** Inserts one by one; what stops it is told with the index of the element. */
export function addElements(tx: Transaction, spec: NewElements): Refusal | undefined {
  const { set, elements } = spec;
  if (set.refused) return refuse('ENOENT', 'elements');
  if (set.flags.anonymous ? set.use > 0 : set.flags.constant && set.use > 0) {
    return refuse('EBUSY', 'set');
  }
  const inserted: SetElement[] = [];
  // Elements of a set that goes itself need not be taken out of it.
  const fresh = tx.fresh.has(set);
  tx.did(
    () => {
      if (!fresh) for (const e of inserted.reverse()) set.elements.remove(e);
    },
    { what: 'element', change: 'new', set, elements: inserted, exclusive: spec.exclusive },
  );
  for (let index = 0; index < elements.length; index++) {
    const refusal = addElement(tx, spec, index, inserted);
    if (refusal) return { at: 'element', index, ...refusal };
  }
  const jumps = set.use > 0 && inserted.some(({ verdict }) => verdict?.chain !== undefined);
  return validateNow(tx, set.table, jumps);
}

function addElement(
  tx: Transaction,
  { set, elements, exclusive }: NewElements,
  index: number,
  inserted: SetElement[],
): Refusal | undefined {
  const spec = elements.rest(index);
  const refusal = refuseElement(set, spec);
  if (refusal) return refusal;
  const referred = referencesOf(set.table, set, spec);
  if (isRefusal(referred)) return referred;
  const timed = withTicks(spec);
  const element = set.elements.element(timed, elements.place(index));
  const full = !element.catchAll && set.elements.full;
  if (set.kept === 'rbtree' && !set.flags.interval && isAbove(element, set))
    return refuse('EEXIST');
  const clash = set.elements.insert(element);
  if (clash) {
    if (clash.errno !== 'EEXIST' || exclusive)
      return refuse(clash.errno === 'EINVAL' ? 'EINVAL' : 'EEXIST');
    if (!sameData(clash.element!, element)) return refuse('EEXIST');
    if (tx.machine.profile.elementTimeoutChanges)
      renew(tx, set, clash.element!, element.timeout, timed.expires);
    return undefined;
  }
  inserted.push(element);
  if (referred.length > 0) hold(tx, referred);
  return full ? refuse('ENFILE') : undefined;
}

/** To a tree without intervals each element begins an interval, into which a greater one that is new would fall. */
function isAbove(element: SetElement, { elements }: NftSet): boolean {
  if (element.catchAll || elements.find(element.key)) return false;
  const { key } = element;
  for (const e of elements) if (!e.catchAll && Buffer.compare(e.key, key) < 0) return true;
  return false;
}

/** Times in whole ticks, as the kernel keeps them. */
function withTicks(spec: ElementRest): ElementRest {
  const { timeout, expires } = spec;
  if (timeout === undefined && expires === undefined) return spec;
  return {
    ...spec,
    ...(timeout !== undefined && { timeout: inJiffies(timeout) }),
    ...(expires !== undefined && { expires: inJiffies(expires) }),
  };
}

function refuseElement(set: NftSet, spec: ElementRest): Refusal | undefined {
  const { data, verdict, object } = spec;
  if (isMap(set) !== !!(data ?? verdict ?? object)) return refuse('EINVAL');
  if (set.object === undefined && (set.data === verdictType) !== !!verdict) return refuse('EINVAL');
  // nft pads each end of a range to whole registers, but does not say so of the set.
  if (set.dataInterval && (set.dataBits ?? 0) % 32 !== 0) return refuse('EINVAL');
  if (spec.timeout !== undefined && !set.flags.timeout) return refuse('EINVAL');
  if (isEndless(spec.timeout)) return refuse('ERANGE');
  if (spec.expires !== undefined) {
    if (!set.flags.timeout) return refuse('EINVAL');
    const timeout = spec.timeout ?? set.timeout ?? 0;
    if (timeout === 0) return refuse('EOPNOTSUPP');
    if (spec.expires > timeout) return refuse('ERANGE');
  }
  const count = spec.exprs?.length ?? 0;
  if (set.exprs.length > 0 && count !== set.exprs.length) return refuse('EOPNOTSUPP');
  return undefined;
}

const NOTHING: readonly Referred[] = [];

/** The chain or object that an element holds. */
function referencesOf(table: Table, set: NftSet, spec: ElementRest): readonly Referred[] | Refusal {
  const target = spec.verdict?.chain;
  if (target !== undefined) {
    const chain = chainReference(table, target);
    return isRefusal(chain) ? chain : [chain];
  }
  if (spec.object === undefined) return NOTHING;
  const object = table.objects.get(objectKey(set.object ?? '', spec.object));
  return object ? [object] : refuse('ENOENT');
}

function sameData(a: SetElement, b: SetElement): boolean {
  if (a.verdict?.code !== b.verdict?.code || a.verdict?.chain !== b.verdict?.chain) return false;
  if (a.object !== b.object) return false;
  if (!a.data || !b.data) return a.data === b.data;
  return Buffer.compare(a.data, b.data) === 0;
}

/**
 * A living element that is added again gets the lifetime that a new one would have, but goes on living
 * where that is the same and no rest is named.
 */
function renew(
  tx: Transaction,
  set: NftSet,
  e: SetElement,
  lifetime: number,
  expires: number | undefined,
): void {
  if (!set.flags.timeout || (lifetime === e.timeout && expires === undefined)) return;
  const { timeout, expiresAt } = e;
  set.elements.refresh(e, lifetime, expires);
  tx.did(() => {
    e.timeout = timeout;
    e.expiresAt = expiresAt;
  });
}

export function releaseElement(tx: Transaction, set: NftSet, e: SetElement): void {
  const chain = e.verdict?.chain !== undefined && set.table.chains.get(e.verdict.chain);
  if (chain) release(tx, [chain]);
  const object =
    e.object !== undefined && set.table.objects.get(objectKey(set.object ?? '', e.object));
  if (object) release(tx, [object as NftObject]);
}

/** Deletes the elements with exactly these keys. */
export function deleteElements(
  tx: Transaction,
  set: NftSet,
  elements: readonly ElementSpec[],
  missingIsFine = false,
): Refusal | undefined {
  if (set.refused) return refuse('ENOENT', 'elements');
  if (set.flags.anonymous || (set.flags.constant && set.use > 0)) return refuse('EBUSY', 'set');
  const found: SetElement[] = [];
  for (const [i, { key, keyEnd }] of elements.entries()) {
    const e = set.elements.find(key, keyEnd);
    if (!e && missingIsFine) continue;
    if (!e) {
      removeElements(tx, set, found);
      return refuse('ENOENT', 'element', i);
    }
    set.elements.remove(e);
    tx.did(() => {
      set.elements.insert(e);
    });
    found.push(e);
  }
  removeElements(tx, set, found);
  return undefined;
}

function removeElements(tx: Transaction, set: NftSet, elements: readonly SetElement[]): void {
  tx.changed({ what: 'element', change: 'del', set, elements: released(tx, set, elements) });
}

function released(tx: Transaction, set: NftSet, all: readonly SetElement[]): typeof all {
  for (const e of all) releaseElement(tx, set, e);
  return all;
}

/** As the kernel walks them: plain intervals from the greatest down, the catch-all last. */
function walked({ elements, flags, key }: NftSet): SetElement[] {
  const all = [...elements];
  if (!flags.interval || key.parts) return all;
  const last = all.filter((e) => e.catchAll);
  return [...all.filter((e) => !e.catchAll).reverse(), ...last];
}

export function flushSet(tx: Transaction, set: NftSet): Refusal | undefined {
  if (set.refused) return refuse('ENOENT', 'elements');
  if (set.flags.constant && set.use > 0) return refuse('EBUSY', 'set');
  const all = walked(set);
  for (const e of all) set.elements.remove(e);
  tx.did(() => {
    for (const e of all) set.elements.insert(e);
  });
  const elements = released(tx, set, all);
  tx.changed({ what: 'element', change: 'del', set, elements, flushed: true });
  return undefined;
}
