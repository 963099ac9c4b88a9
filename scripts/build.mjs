// Builds dist/: the library with its types (tsc), and the command line in few files (esbuild), because a process that
// reads hundreds of small modules starts twice as slowly. Native modules stay outside the bundle.
import { execFileSync } from 'node:child_process';
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { lazyPackages } from './lazy-packages.mjs';

const require = createRequire(import.meta.url);
// Built beside and then put in place, so that a failed build, or one at the same time, leaves a whole dist.
const out = `dist-${process.pid}`;
process.on('exit', () => rmSync(out, { recursive: true, force: true }));
execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.json', '--outDir', out], {
  stdio: 'inherit',
});

await build({
  entryPoints: ['src/cli/main.ts', ...commands()],
  outdir: `${out}/bundle`,
  outbase: 'src/cli',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  // Names stay as they are, for stack traces.
  minifyWhitespace: true,
  legalComments: 'linked',
  plugins: [lazyPackages],
  external: ['libsql', 'nodemailer', 'typescript'],
  // CommonJS packages inside an ES module: they ask for require, __dirname and __filename.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; import { fileURLToPath as __toPath } from 'node:url'; const require = __createRequire(import.meta.url); const __filename = __toPath(import.meta.url); const __dirname = __toPath(new URL('.', import.meta.url));",
  },
  logLevel: 'warning',
});

rmSync('dist', { recursive: true, force: true });
renameSync(out, 'dist');

function commands() {
  const folder = 'src/cli/commands';
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);
}
