import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../support/temp-dir.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEPCRUISE = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

interface Report {
  summary: { totalCruised: number; violations: { from: string; to: string; rule: { name: string } }[] };
}

/** Violations of the import rules in `src` of a folder, as `rule: from → to`. */
async function violations(folder: string): Promise<{ cruised: number; found: string[] }> {
  const { stdout } = await execa(
    process.execPath,
    [DEPCRUISE, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'],
    { cwd: folder, reject: false },
  );
  const { summary } = JSON.parse(stdout) as Report;
  return {
    cruised: summary.totalCruised,
    found: summary.violations.map((v) => `${v.rule.name}: ${v.from} → ${v.to}`).sort(),
  };
}

/** A folder with our rules and the given sources. */
async function treeOf(files: Record<string, string>): Promise<string> {
  const folder = await tempDir('tree');
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
    cpSync(join(ROOT, name), join(folder, name));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

describe('imports go one way', { timeout: 60_000 }, () => {
  it('in this project', async () => {
    const { cruised, found } = await violations(ROOT);
    expect(found).toEqual([]);
    expect(cruised).toBeGreaterThan(100);
  });

  it('and the rules see what breaks them: upward, type-only upward, between engines, in a circle', async () => {
    const folder = await treeOf({
      'src/core/domain/a.ts': "import { b } from '../services/b.js';\nexport const a = b;\n",
      'src/core/services/b.ts': 'export const b = 1;\nexport type B = number;\n',
      'src/core/redis/c.ts': "import type { B } from '../services/b.js';\nexport type C = B;\n",
      'src/core/services/d.ts': "import type { E } from '../../cli/e.js';\nexport type D = E;\n",
      'src/cli/e.ts': "import { b } from '../core/services/b.js';\nexport type E = typeof b;\n",
      'src/core/store/mongo/f.ts': "export { g } from '../sqlite/g.js';\n",
      'src/core/store/sqlite/g.ts': 'export const g = 1;\n',
      'src/client/h.ts': "export const load = () => import('../core/store/sqlite/g.js');\n",
      'src/core/domain/i.ts': "import { j } from './j.js';\nexport const i = () => j;\n",
      'src/core/domain/j.ts': "import { i } from './i.js';\nexport const j = () => i;\n",
    });
    expect((await violations(folder)).found).toEqual([
      'client-is-small: src/client/h.ts → src/core/store/sqlite/g.ts',
      'domain-is-the-ground: src/core/domain/a.ts → src/core/services/b.ts',
      'engines-apart: src/core/store/mongo/f.ts → src/core/store/sqlite/g.ts',
      'no-circular: src/core/domain/i.ts → src/core/domain/j.ts',
      'redis-knows-only-rules: src/core/redis/c.ts → src/core/services/b.ts',
      'services-below-cli: src/core/services/d.ts → src/cli/e.ts',
    ]);
  });
});
