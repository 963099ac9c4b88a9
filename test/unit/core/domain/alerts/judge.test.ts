import { expect, it } from 'vitest';
import { type Alert, mostUrgentFirst } from '../../../../../src/core/domain/alerts/alert.js';
import { judge } from '../../../../../src/core/domain/alerts/judge.js';
import { failedReplicasIn } from '../../../../../src/core/redis/connect/failed-replicas.js';
import { ago, company, facts, views } from './builders.js';

const alert = (companyName: string | null, severity: Alert['severity'], since: Date | null, code = 'BUDGET_CACHE') =>
  ({ companyName, companyId: companyName, severity, since, code, message: '', evidence: {}, command: '' }) as Alert;

it('orders by severity, then the oldest, the unknown last, then by company: the platform first', () => {
  const ordered = [
    alert('z', 'critical', ago(9)),
    alert(null, 'critical', ago(5)),
    alert('a', 'critical', ago(5), 'BUDGET_CACHE'),
    alert('a', 'critical', ago(5), 'BUDGET_CALLS'),
    alert('b', 'critical', ago(5)),
    alert('a', 'critical', null),
    alert('a', 'warning', ago(99)),
  ];
  expect([...ordered].reverse().sort(mostUrgentFirst)).toEqual(ordered);
});

it('examined what it could tell, of our codes and of companies that are there or gone', () => {
  const list = views([company('1'), company('2', { hits: null, misses: null })]);
  const examined = (complete: boolean, companyId: string | null, code: string) =>
    judge(facts({ companies: list, complete, memory: null })).examined({ companyId, code });
  expect(examined(true, '1', 'COMPANY_HEALTH')).toBe(true);
  expect(examined(true, '2', 'COMPANY_HEALTH')).toBe(false);
  expect(examined(true, '2', 'BUDGET_CACHE')).toBe(true);
  expect(examined(true, 'gone', 'COMPANY_HEALTH')).toBe(true);
  expect(examined(false, 'gone', 'COMPANY_HEALTH')).toBe(false);
  expect(examined(false, '1', 'COMPANY_HEALTH')).toBe(true);
  expect(examined(true, null, 'REDIS_MEMORY')).toBe(false);
  expect(examined(false, null, 'REDIS_EVICTIONS')).toBe(true);
  expect(examined(true, '1', 'NO_TTL')).toBe(false);
});

it('finds nothing where all is well', () => {
  expect(judge(facts({ companies: views([company('1')]) })).found).toEqual([]);
});

it('failedReplicasIn', () => {
  const nodes = [
    'a1 10.0.0.1:6379@16379 myself,master - 0 0 1 connected 0-16383',
    'a2 10.0.0.2:6379@16379,host slave,fail a1 1 1 1 disconnected',
    'a3 10.0.0.3:6379@16379 slave,fail? a1 1 1 1 connected',
    'a4 10.0.0.4:6379@16379 master,fail - 1 1 1 disconnected',
    'a5 10.0.0.5:6379@16379 slave a1 1 1 1 connected',
    '',
  ];
  expect(failedReplicasIn(nodes.join('\n'))).toEqual(['10.0.0.2:6379']);
});
