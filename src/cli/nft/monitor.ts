/** `nft monitor`: how a router has it told what it hears of. Mirrors netlink_monitor of nft. */
import { hearsTrace, monitorText } from '../../eval/list/monitor.ts';
import type { Listen } from '../follow.ts';
import type { Io } from '../io.ts';
import type { Monitoring } from '../nft.ts';

export const monitored =
  ({ request, print }: Monitoring, io: Io): Listen =>
  (router, process) => {
    const { machine: names, ruleset } = router;
    router.monitorRuleset((changes) => {
      const batch = { generation: ruleset.generation, process: process() };
      io.out(monitorText(changes, request, { names, print }, batch));
    });
    if (hearsTrace(request)) router.monitorTrace((line) => io.out(`${line}\n`));
  };
