/** What `-o` asks of a line. Mirrors the output mask of conntrack. */
import type { LineOptions } from '../../datapath/conntrack/list/index.ts';
import type { OutputFormat } from './command.ts';

/** `Sat Nov 21 05:37:26 2026`, of µs since the start of the run taken as the epoch. */
function asctime(us: number): string {
  const date = new Date(Math.floor(us / 1000));
  const [weekday, day, month, year] = date.toUTCString().replace(',', '').split(' ');
  const time = date.toISOString().slice(11, 19);
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
}

/** `whole`: the tool shows an entry, not one that it has deleted. */
export const lineOptions = (
  output: OutputFormat,
  labels: ReadonlyMap<number, string> | undefined,
  whole: boolean,
): LineOptions => ({
  extended: output.extended,
  id: output.id,
  ktimestamp: output.ktimestamp && whole ? asctime : undefined,
  labels,
});
