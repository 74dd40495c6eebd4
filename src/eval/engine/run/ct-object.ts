/**
 * Named helpers, timeouts and expectations: what they give to a first packet's connection.
 *
 * Mirrors nft_ct_helper_obj_eval, nft_ct_timeout_obj_eval and nft_ct_expect_obj_eval of nft_ct.c.
 */
import type { ExpectOutcome } from '../../../datapath/conntrack/index.ts';
import type { Family } from '../../../parser/ast.ts';
import type { OpArgs } from '../../ir.ts';
import { familiesOf, NFPROTO } from '../../object/ct-part.ts';
import type { Effect, StatefulInstance, StateRow } from '../../row.ts';
import type { Env } from '../env.ts';
import { nfprotoOf } from '../hook.ts';
import { NF_DROP, NFT_BREAK, NFT_CONTINUE } from '../verdict.ts';

const PROTOCOLS = { tcp: 6, udp: 17 } as const;

interface CtObjectArgs {
  readonly protocol: keyof typeof PROTOCOLS;
  readonly l3proto: Family;
}

/** An object that acts and has nothing to list but its settings. */
export const acting = (args: OpArgs, run: Effect): StatefulInstance => ({
  run,
  dump: () => args,
  reset() {},
  restore() {},
});

export const ctHelperState: StateRow = {
  create(args, { conntrack, track }: Env) {
    track();
    const { type, protocol, l3proto } = args as unknown as CtObjectArgs & { readonly type: string };
    const families = familiesOf(l3proto).map((f) => NFPROTO[f]);
    return acting(args, (p) => {
      conntrack.setHelper(p, type, PROTOCOLS[protocol], families);
      return NFT_CONTINUE;
    });
  },
};

export const ctTimeoutState: StateRow = {
  create(args, { conntrack, track, onRelease }: Env) {
    track();
    const { protocol, policy } = args as unknown as CtObjectArgs & {
      readonly policy: Readonly<Record<string, number>>;
    };
    const timeouts = conntrack.timeoutPolicy(PROTOCOLS[protocol], new Map(Object.entries(policy)));
    if (timeouts) onRelease(() => conntrack.forgetTimeoutPolicy(timeouts));
    return acting(args, (p) => {
      if (timeouts) conntrack.setTimeoutPolicy(p, timeouts);
      return NFT_CONTINUE;
    });
  },
};

const OUTCOMES: Readonly<Record<ExpectOutcome, number>> = {
  done: NFT_CONTINUE,
  break: NFT_BREAK,
  drop: NF_DROP,
};

export const ctExpectationState: StateRow = {
  create(args, { conntrack, track }: Env) {
    track();
    const { protocol, l3proto, dport, timeout, size } = args as unknown as CtObjectArgs & {
      readonly dport: number;
      readonly timeout: number;
      readonly size: number;
    };
    const policy = {
      l3num: nfprotoOf(l3proto),
      protonum: PROTOCOLS[protocol],
      dport,
      timeout,
      size,
    };
    return acting(args, (p) => OUTCOMES[conntrack.expect(p, policy)]);
  },
};
