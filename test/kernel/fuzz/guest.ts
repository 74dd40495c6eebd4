/**
 * The oracle's emulated machine, driven for many cases: its images and its `wire`, but an init of our
 * own that starts few programs, for in an emulator every program that starts costs what twenty packets
 * do. Time there is virtual: what is recorded is what the oracle records. A second before rulesets load, the
 * machine has said what devices say that come up.
 *
 * `ORACLE_BUILD` names the folder of images; without it, where the oracle builds them.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { answer, type Content, DEAF, writePlay } from './play.ts';

const images = process.env.ORACLE_BUILD ?? path.join(os.homedir(), '.cache/nftsim-oracle');

/** Namespaces are files that `nsenter` and `wire` enter; busybox is one static program, and quick. */
const INIT = `#!/bin/busybox sh
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev 2>/dev/null; mount -t tmpfs tmpfs /tmp
echo 1 > /proc/sys/kernel/printk
while read -r m; do insmod /modules/$m 2>/dev/null || echo "insmod $m failed"; done < /modules/list
for c in /cases/*; do
  for ns in r w; do : > /run/netns/$ns; unshare --net=/run/netns/$ns true; done
  nsenter --net=/run/netns/w /bin/sh -c '${DEAF}'
  nsenter --net=/run/netns/r /bin/sh $c/setup.sh > $c/setup.log 2>&1; sleep 1
  nsenter --net=/run/netns/r nft -f $c/ruleset.nft > $c/load.log 2>&1; echo $? > $c/load.rc
  if [ -e $c/monitored ]; then nsenter --net=/run/netns/r nft monitor trace > $c/monitor 2>&1 & mon=$!; sleep 0.2; fi
  [ "$(cat $c/load.rc)" = 0 ] && nsenter --net=/run/netns/w wire r $c/wire $c/sent $(cat $c/wires) > $c/wire.log 2>&1
  if [ -e $c/monitored ]; then sleep 0.2; kill $mon; wait $mon 2>/dev/null; fi
  for ns in r w; do umount /run/netns/$ns; rm /run/netns/$ns; done
  echo 65536 > /proc/sys/net/netfilter/nf_conntrack_max
  rm $c/wire $c/links $c/far $c/network $c/setup.sh
done
cd /cases && tar cf - . | dd of=/dev/vda bs=1M 2>/dev/null; sync
echo "guest: done"
echo o > /proc/sysrq-trigger; poweroff -f
`;

/** As the oracle starts it. */
const MACHINE =
  '-accel tcg -icount shift=1,sleep=off -cpu max -m 2048 -nographic -no-reboot -nic none';
const KERNEL = 'console=ttyS0 quiet panic=-1 random.trust_cpu=on mitigations=off nokaslr';

function image(oracle: string, release: string): string {
  const dir = path.join(images, release);
  if (!existsSync(path.join(dir, 'base.cpio.gz')))
    execFileSync('bash', [path.join(oracle, 'build-image.sh'), release, dir], { stdio: 'ignore' });
  return dir;
}

const HOUR = 3_600_000;

/** A case's file, and where its answer is to be. */
export interface Job {
  readonly file: string;
  readonly answer: string;
}

/** Plays cases in one boot; writes their answers. False: the kernel died over one of them. */
export function recordInGuest(oracle: string, release: string, jobs: readonly Job[]): boolean {
  const dir = image(oracle, release);
  const tmp = mkdtempSync(path.join(os.tmpdir(), 'nftsim-guest-'));
  const cases = jobs.map((job, n) => {
    const content = JSON.parse(readFileSync(job.file, 'utf8')) as Content;
    const there = `/cases/${String(n).padStart(5, '0')}`;
    writePlay(content, { here: path.join(tmp, 'root', there), there, far: 'w' });
    return { ...job, content, out: path.join(tmp, 'out', String(n).padStart(5, '0')) };
  });
  writeFileSync(path.join(tmp, 'root/init'), INIT, { mode: 0o755 });
  const pack = `cd ${tmp}/root && find . | cpio -o -H newc --quiet | gzip -1 > ../more && cat ${dir}/base.cpio.gz ../more > ../initrd && truncate -s 256M ../disk`;
  execFileSync('sh', ['-c', pack]);
  const { stdout, stderr } = spawnSync(
    'qemu-system-x86_64',
    [
      ...MACHINE.split(' '),
      ...['-kernel', `${dir}/vmlinuz`, '-initrd', `${tmp}/initrd`, '-append', KERNEL],
      ...['-drive', `file=${tmp}/disk,format=raw,if=virtio`],
    ],
    { encoding: 'utf8', timeout: HOUR, maxBuffer: 1 << 28 },
  );
  if (stdout?.includes('Kernel panic')) {
    rmSync(tmp, { recursive: true });
    return false;
  }
  if (!stdout?.includes('guest: done'))
    throw new Error(`the guest did not finish: ${stdout?.slice(-2000)}${stderr}`);
  mkdirSync(path.join(tmp, 'out'));
  execFileSync('tar', ['--warning=no-timestamp', '-xf', `${tmp}/disk`, '-C', `${tmp}/out`]);
  for (const { answer: file, content, out } of cases)
    writeFileSync(file, `${JSON.stringify(answer(out, content))}\n`);
  rmSync(tmp, { recursive: true });
  return true;
}
