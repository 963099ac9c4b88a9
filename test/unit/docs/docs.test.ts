import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settings } from '../../../src/core/config/paths.js';
import { ERROR_CODES } from '../../../src/core/errors.js';

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

describe('docs/configuration.md', () => {
  const rows = [...read('docs/configuration.md').matchAll(/^\| `([\w.]+)` \| (?:`(\w+)`)? ?\|/gm)];

  it('lists every setting with its variable, and no other', () => {
    const documented = rows.map(([, path, variable]) => `${path} ${variable ?? 'none'}`).sort();
    expect(documented).toEqual(
      settings()
        .map((s) => `${s.path} ${s.variable ?? 'none'}`)
        .sort(),
    );
  });
});

describe('docs/errors.md', () => {
  it('lists every error with its exit code, and no other', () => {
    const rows = [...read('docs/errors.md').matchAll(/^\| `(RCM_\w+)` \| (\d+) \|/gm)];
    const documented = Object.fromEntries(rows.map(([, code, exit]) => [code, Number(exit)]));
    expect(documented).toEqual({ ...ERROR_CODES, RCM_UNEXPECTED: 1 });
  });
});

describe('links in the documentation', () => {
  it('lead somewhere', () => {
    const docs = readdirSync(new URL('../../../docs/', import.meta.url)).filter((name) => name.endsWith('.md'));
    const pages = ['README.md', 'CONTRIBUTING.md', ...docs.map((name) => `docs/${name}`)];
    expect(docs.length).toBeGreaterThan(10);
    for (const page of pages) {
      for (const [, target] of read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
        const url = new URL(target as string, new URL(`../../../${page}`, import.meta.url));
        expect(() => readFileSync(url), `${page} → ${target}`).not.toThrow(/ENOENT/);
      }
    }
  });
});
