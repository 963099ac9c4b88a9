import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RcmError } from '../../../../../src/core/errors.js';
import { readPolicy } from '../../../../../src/core/services/check/policy.js';
import { combineRules } from '../../../../../src/core/services/check/rules.js';
import { tempDir } from '../../../../support/temp-dir.js';

async function policyFile(text: string): Promise<string> {
  const file = join(await tempDir('policy'), 'rcm.check.yaml');
  await writeFile(file, text);
  return file;
}
const critical = (limit: number) => ({ warning: null, critical: limit });

describe('a policy file', () => {
  it('every rule, in every way to write a limit', async () => {
    const file = await policyFile(`
budgets: [cache, storage]
minHitRate: 90:80
minScore: 50
maxGrowth: { warning: 10%, critical: 20 }
maxTotal: $500
maxAge: 2h
failOn: warning
onUnknown: pass
companies:
  Royal Plumbing: { minHitRate: 60, budgets: false }
  '42': { maxGrowth: false, budgets: true }
`);
    expect(readPolicy(file)).toEqual({
      budgets: ['cache', 'storage'],
      minHitRate: { warning: 90, critical: 80 },
      minScore: critical(50),
      maxGrowth: { warning: 10, critical: 20 },
      maxTotal: critical(500),
      maxAge: '2h',
      failOn: 'warning',
      onUnknown: 'pass',
      companies: {
        'Royal Plumbing': { minHitRate: critical(60), budgets: [] },
        42: { maxGrowth: null, budgets: ['cache', 'storage', 'calls'] },
      },
    });
  });
  it('JSON, and nothing at all', async () => {
    expect(readPolicy(await policyFile('{"minScore": 70, "budgets": false}'))).toEqual({
      minScore: critical(70),
      budgets: [],
    });
    expect(readPolicy(await policyFile('# no rules yet\n'))).toEqual({});
  });

  it.each([
    ['minHitrate: 80', "Unknown rule 'minHitrate' in", "Did you mean 'minHitRate'?"],
    ['companies: { a: { maxTotal: 5 } }', "Unknown rule 'companies.a.maxTotal' in", "'companies.a.maxGrowth'"],
    ['companies: { a: { minscore: 5 } }', "Unknown rule 'companies.a.minscore' in", "'companies.a.minScore'"],
    ['minHitRate: 180', "Bad value for 'minHitRate'", 'docs/ci.md'],
    ['minHitRate: { critcal: 80 }', "unknown level 'critcal': did you mean 'critical'?", ''],
    ['minHitRate: {}', 'no limit is given', ''],
    ['minHitRate: true', 'must be a number, WARNING:CRITICAL', ''],
    ['minHitRate: .nan', "'NaN' is no number", ''],
    ['maxTotal: -5', "'-5' is no number", ''],
    ['maxTotal: .inf', "'Infinity' is no number", ''],
    ['maxGrowth: { warning: 20, critical: 10 }', 'must be under the critical one', ''],
    ['budgets: [cash]', "Bad value for 'budgets", ''],
    ['budgets: []', "Bad value for 'budgets", ''],
    ['maxAge: soon', "Bad value for 'maxAge'", ''],
    ['failOn: error', "Bad value for 'failOn'", ''],
    ['- minScore', 'holds no settings', 'Example: minHitRate: 80'],
  ])('%s is refused', async (text, message, hint) => {
    const file = await policyFile(text);
    const error = (() => {
      try {
        readPolicy(file);
      } catch (thrown) {
        return thrown as RcmError;
      }
      throw new Error('read');
    })();
    expect(error).toBeInstanceOf(RcmError);
    expect(error.code).toBe('RCM_CONFIG_INVALID');
    expect(error.message).toContain(message);
    expect(error.message).toContain(file);
    expect(error.hint).toContain(hint);
  });
  it.each(['minScore: [', 'a: 1\na: 2'])('no YAML: %j', async (text) => {
    const file = await policyFile(text);
    expect(() => readPolicy(file)).toThrow(`Cannot read the policy file ${file}`);
    expect(() => readPolicy('/nonexistent/p.yaml')).toThrow('Cannot read the policy file /nonexistent/p.yaml');
  });
});

describe('rules together', () => {
  it('without any: every budget line, failing at critical', () => {
    expect(combineRules({}, {}, 'critical')).toEqual({
      general: { budgets: ['cache', 'storage', 'calls'], minHitRate: null, minScore: null, maxGrowth: null },
      overrides: new Map(),
      maxTotal: null,
      maxAgeSeconds: null,
      failOn: 'critical',
      onUnknown: 'error',
    });
  });
  it('the command line wins, over rules of single companies too', () => {
    const policy = {
      budgets: ['cache'] as const,
      minHitRate: critical(70),
      maxAge: '2h',
      failOn: 'warning' as const,
      onUnknown: 'pass' as const,
      companies: { a: { minHitRate: critical(10), minScore: critical(5) }, b: { minHitRate: null } },
    };
    const asked = { minHitRate: critical(80), onUnknown: 'fail' as const, budgets: [] };
    expect(combineRules(asked, policy, 'critical')).toEqual({
      general: { budgets: [], minHitRate: critical(80), minScore: null, maxGrowth: null },
      overrides: new Map<string, object>([
        ['a', { minScore: critical(5) }],
        ['b', {}],
      ]),
      maxTotal: null,
      maxAgeSeconds: 7200,
      failOn: 'warning',
      onUnknown: 'fail',
    });
  });
  it('nothing to check is wrong usage', () => {
    expect(() => combineRules({ budgets: [] }, {}, 'critical')).toThrow('There is nothing to check');
    expect(() => combineRules({}, { budgets: [], companies: { a: { budgets: [] } } }, 'critical')).toThrow();
    expect(combineRules({}, { budgets: [], companies: { a: { minScore: critical(1) } } }, 'critical')).toBeTruthy();
  });
});
