/**
 * How fast rulesets load: `nftsim nft -c -f` against real `nft -c -f`, whole processes one after the other,
 * and what `nftsim check` of a small file takes beyond node's own start.
 *
 * Real nft runs in a network namespace of its own; without it, or without the right to make one, only
 * nftsim's own times are printed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const NFTSIM = path.join(root, 'dist/nftsim.js');
const NFT = ['unshare', '-n', 'nft', '-c', '-f'];
const RUNS = 5;

const join = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('');

const address = (net: number, i: number): string =>
  `${net}.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;

/** The loads, by name: rulesets as large as their users have them. */
const RULESETS: Readonly<Record<string, string>> = {
  'a set of 100,000 prefixes': `table ip t {
set s {
type ipv4_addr
flags interval
elements = { ${join(100_000, (i) => `${address(1 + (i >> 15), (i & 0x7fff) << 9)}/24, `)} }
}
}
`,
  '10,000 rules': `table inet t {
chain c {
type filter hook forward priority 0; policy accept;
${join(10_000, (i) => `ip saddr ${address(10, i)} tcp dport ${1 + (i & 0x7fff)} ct state new counter accept\n`)}}
}
`,
  'a map of 50,000 concatenations with intervals': `table ip t {
map m {
type ipv4_addr . inet_service : verdict
flags interval
elements = { ${join(50_000, (i) => `${address(10, i << 4)}/28 . ${1 + (i & 1023)}-${2000 + (i & 1023)} : accept, `)} }
}
}
`,
  '1,000 chains': `table inet t {
${join(1000, (i) => `chain c${i} {\ntcp dport ${1 + i} counter accept\nip saddr ${address(10, i)} drop\n}\n`)}chain input {
type filter hook input priority 0; policy accept;
${join(1000, (i) => `meta mark ${i} jump c${i}\n`)}}
}
`,
};

const SMALL = `table inet filter {
set admins {
type ipv4_addr
elements = { 192.0.2.1, 192.0.2.2 }
}
chain input {
type filter hook input priority filter; policy drop;
iif lo accept
ct state vmap { invalid : drop, established : accept, related : accept }
icmp type echo-request limit rate 5/second accept
ip saddr @admins tcp dport 22 accept
tcp dport { 80, 443 } counter accept
log prefix "in: " counter
}
chain forward {
type filter hook forward priority filter; policy drop;
ct state established,related accept
iifname "eth0" oifname "eth1" ct state new accept
}
}
`;

/** The wall time of a command's fastest run, each with an empty state, in ms; nothing when it fails. */
function time(command: readonly string[]): number | undefined {
  let best: number | undefined;
  for (let run = 0; run < RUNS; run++) {
    process.env.NFTSIM_STATE = path.join(dir, `state${states++}`);
    const start = performance.now();
    const { status, stderr } = spawnSync(command[0]!, command.slice(1), { encoding: 'utf8' });
    if (status !== 0) {
      if (command[0] === 'node') throw new Error(`${command.join(' ')}: ${stderr}`);
      return undefined;
    }
    best = Math.min(best ?? Number.POSITIVE_INFINITY, performance.now() - start);
  }
  return best;
}

const ms = (value: number | undefined): string =>
  (value === undefined ? '-' : `${value.toFixed(0)} ms`).padStart(9);

spawnSync('npm', ['run', '-s', 'build'], { cwd: root, stdio: 'inherit' });
const dir = mkdtempSync(path.join(os.tmpdir(), 'nftsim-bench-'));
let states = 0;
for (const [name, text] of Object.entries(RULESETS)) {
  const file = path.join(dir, 'ruleset.nft');
  writeFileSync(file, text);
  const mine = time(['node', NFTSIM, 'nft', '-c', '-f', file])!;
  const peer = time([...NFT, file]);
  const ratio = peer ? `${(peer / mine).toFixed(1)} times as fast` : 'no nft to compare with';
  process.stdout.write(`load ${name.padEnd(47)} ${ms(mine)}, nft ${ms(peer)}: ${ratio}\n`);
}
const small = path.join(dir, 'small.nft');
writeFileSync(small, SMALL);
const start = time(['node', '-e', '0'])!;
const check = time(['node', NFTSIM, 'check', small])!;
process.stdout.write(
  `check of ${SMALL.split('\n').length - 1} lines: ${ms(check)}, of that node's start ${ms(start)}\n`,
);
rmSync(dir, { recursive: true });
