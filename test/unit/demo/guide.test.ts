import { expect, it } from 'vitest';
import { guide } from '../../../src/demo/guide.js';

const demo = { url: 'redis://127.0.0.1:7001', stateFile: '/t/rcm.db' };

it('names the two variables, and what to try', () => {
  const text = guide(demo, 'rcm', false);
  expect(text.match(/export \S+/g)).toEqual([
    'export RCM_REDIS_URL=redis://127.0.0.1:7001',
    'export RCM_STATE_FILE=/t/rcm.db',
  ]);
  expect(text.match(/^ {2}rcm .*/gm)).toHaveLength(10);
});

it('turns a configured MongoDB off, which would be asked instead', () => {
  expect(guide(demo, 'rcm', true)).toContain('export RCM_MONGODB_URI=none\n');
});
