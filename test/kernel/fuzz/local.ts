/**
 * The kernel of this very machine, in network namespaces: cases run side by side in real time, which
 * is cheap. Needs root, and `nft`, `conntrack`, `ip`, `ethtool`, `cc`; what its kernel lacks, cases
 * must do without. What differs here is worth a recording of a kernel that nftsim is made after.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { answer, type Content, DEAF, wireNames, writePlay } from './play.ts';

/** The whole life of a case, as a shell script. */
function script(near: string, far: string, dir: string, wire: string, content: Content): string {
  const monitor = content.monitor
    ? [`ip netns exec ${near} nft monitor trace > ${dir}/monitor 2>&1 & mon=$!`, 'sleep 0.5']
    : [];
  const wires = wireNames(content.env).join(' ');
  return [
    `ip netns add ${near}; ip netns add ${far}`,
    `ip netns exec ${far} sh -c '${DEAF}'`,
    `ip netns exec ${near} sh ${dir}/setup.sh > ${dir}/setup.log 2>&1`,
    `ip netns exec ${near} nft -f - < ${dir}/ruleset.nft > ${dir}/load.log 2>&1; echo $? > ${dir}/load.rc`,
    ...monitor,
    `ip netns exec ${far} chrt -f 10 ${wire} ${near} ${dir}/wire ${dir}/sent ${wires} > ${dir}/wire.log 2>&1`,
    ...(monitor.length > 0 ? ['sleep 0.5; kill $mon'] : []),
    `ip netns del ${near}; ip netns del ${far}`,
    '',
  ].join('\n');
}

/** Builds the oracle's player of frames. */
export function buildWire(oracle: string): string {
  const wire = path.join(os.tmpdir(), 'nftsim-fuzz-wire');
  const { status, stderr } = spawnSync('cc', ['-O2', '-o', wire, path.join(oracle, 'src/wire.c')], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return wire;
}

const PARALLEL = 40;

/** Runs cases, many at a time; writes their answers. */
export async function recordLocally(
  jobs: readonly { readonly file: string; readonly answer: string }[],
  wire: string,
): Promise<void> {
  const queue = [...jobs.entries()];
  const one = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) await run(next[0], next[1], wire);
  };
  await Promise.all(Array.from({ length: PARALLEL }, one));
}

async function run(n: number, job: { file: string; answer: string }, wire: string): Promise<void> {
  const content = JSON.parse(readFileSync(job.file, 'utf8')) as Content;
  const dir = `${job.answer}.run`;
  const [near, far] = [`fr${process.pid}x${n}`, `fw${process.pid}x${n}`] as const;
  writePlay(content, { here: dir, there: dir, far });
  writeFileSync(`${dir}/run.sh`, script(near, far, dir, wire, content));
  await new Promise((resolve) => {
    spawn('sh', [`${dir}/run.sh`], { stdio: 'ignore' }).on('close', resolve);
  });
  writeFileSync(job.answer, `${JSON.stringify(answer(dir, content))}\n`);
}
