import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

const project = join(import.meta.dirname, '../..');

/** Builds dist/ when a source is newer than it: end-to-end tests run what users run. */
export default async function buildWhenStale(): Promise<void> {
  const built = await newest(join(project, 'dist'));
  const sources = await Promise.all(['src', 'scripts/build.mjs', 'package.json'].map((s) => newest(join(project, s))));
  if (Math.max(...sources) < built) return;
  await execa('node', ['scripts/build.mjs'], { cwd: project, stdout: process.stderr, stderr: process.stderr });
}

/** Time of the newest file in a folder, or of the file: 0 when there is none. */
async function newest(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  if (!found) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  const names = await readdir(path);
  return Math.max(0, ...(await Promise.all(names.map((name) => newest(join(path, name))))));
}
