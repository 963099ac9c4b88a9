import { mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const folder = join(import.meta.dirname, '../../node_modules/.cache/rcm-test/children');
const built = new Map<string, Promise<string>>();

/**
 * A script of the tests for `node`, with all that it imports in one file: many are started, and loading a hundred modules
 * (or transforming TypeScript) each time takes longer than what they do.
 */
export function childScript(path: string): Promise<string> {
  let script = built.get(path);
  if (!script) {
    script = bundle(path);
    built.set(path, script);
  }
  return script;
}

async function bundle(path: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${basename(path).replace(/\.\w+$/, '')}.mjs`);
  // Written beside and put in place: another worker may run the file.
  const draft = `${file}.${process.pid}`;
  await build({
    entryPoints: [path],
    outfile: draft,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['libsql'],
    // CommonJS packages inside an ES module ask for these.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = import.meta.dirname; const __filename = import.meta.filename;",
    },
    logLevel: 'warning',
  });
  await rename(draft, file);
  return file;
}
