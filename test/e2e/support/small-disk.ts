import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { tempDir } from '../../support/temp-dir.js';

/** A file system of its own for one test. */
export interface SmallDisk {
  dir: string;
  /** Changes how it is mounted, e.g. `ro` or `size=10m`. */
  remount(options: string): Promise<void>;
}

/** Mounts one of so many kilobytes; null where nothing may be mounted. It goes when the test is over. */
export async function smallDisk(kilobytes: number): Promise<SmallDisk | null> {
  const dir = join(await tempDir('disk'), 'small');
  await mkdir(dir);
  const options = ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', dir];
  const { exitCode } = await execa('mount', options, { reject: false });
  if (exitCode !== 0) return null;
  onTestFinished(async () => void (await execa('umount', ['-l', dir], { reject: false })));
  return { dir, remount: async (how) => void (await execa('mount', ['-o', `remount,${how}`, dir])) };
}
