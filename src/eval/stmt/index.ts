/**
 * The statements of nft: one line per row.
 *
 * Names of several words (`ct count`, `meta secmark set`) lead to their row when all the words
 * follow one another; otherwise the first word is an expression's.
 */
import type { StatementRow } from '../row.ts';
import { counter } from './counter.ts';
import { ctCount } from './ct-count.ts';
import { ctExpectation } from './ct-expectation.ts';
import { ctHelper } from './ct-helper.ts';
import { ctTimeout } from './ct-timeout.ts';
import { dup } from './dup.ts';
import { flow } from './flow.ts';
import { fwd } from './fwd.ts';
import { last } from './last.ts';
import { limit } from './limit.ts';
import { log } from './log.ts';
import { masquerade } from './masquerade.ts';
import { metaSecmark } from './meta-secmark.ts';
import { meter } from './meter.ts';
import { dnat, snat } from './nat.ts';
import { notrack } from './notrack.ts';
import { queue } from './queue.ts';
import { quota } from './quota.ts';
import { redirect } from './redirect.ts';
import { reject } from './reject.ts';
import { resetOption } from './reset-option.ts';
import { set } from './set.ts';
import { addElement, deleteElement, updateElement } from './set-change.ts';
import { synproxy } from './synproxy.ts';
import { tproxy } from './tproxy.ts';
import { xt } from './xt.ts';

export const statementRows: readonly StatementRow[] = [
  counter,
  quota,
  limit,
  last,
  ctCount,
  log,
  reject,
  snat,
  dnat,
  masquerade,
  redirect,
  tproxy,
  dup,
  fwd,
  queue,
  synproxy,
  notrack,
  addElement,
  updateElement,
  deleteElement,
  set,
  meter,
  flow,
  ctHelper,
  ctTimeout,
  ctExpectation,
  metaSecmark,
  resetOption,
  xt,
];
