/** The totals of an answer: packets by fate and by path, drops by reason. */
import type { PacketAnswer, Summary } from './answer.ts';

export function summarize(packets: readonly PacketAnswer[]): Summary {
  const verdicts: Record<string, number> = {};
  const paths: Record<string, number> = {};
  const drops: Record<string, number> = {};
  const count = (into: Record<string, number>, key: string | undefined) => {
    if (key !== undefined) into[key] = (into[key] ?? 0) + 1;
  };
  for (const p of packets) {
    count(verdicts, p.verdict);
    count(paths, p.path);
    count(drops, p.reason);
  }
  return {
    packets: packets.filter((p) => p.verdict !== undefined).length,
    verdicts,
    paths,
    drops,
  };
}
