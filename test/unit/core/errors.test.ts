import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode, messageOf, RcmError } from '../../../src/core/errors.js';

describe('error codes', () => {
  it.each(Object.entries(ERROR_CODES))(
    '%s ends a command with %d, one of the documented exit codes',
    (code, exitCode) => {
      expect(code).toMatch(/^RCM_[A-Z]+(_[A-Z]+)*$/);
      // 1 is for bugs, 5 and 6 for gates, 130 and 143 for signals: no error of ours ends so.
      expect([2, 3, 4]).toContain(exitCode);
      expect(new RcmError(code as ErrorCode, 'what', 'do').exitCode).toBe(exitCode);
    },
  );

  it('usage is 2, services are 3, refusals are 4', () => {
    expect(ERROR_CODES).toMatchObject({
      RCM_CONFIG_INVALID: 2,
      RCM_REDIS_UNREACHABLE: 3,
      RCM_MONGODB_FAILED: 3,
      RCM_CONFLICT: 4,
    });
  });
});

it('carries code, hint and cause', () => {
  const cause = new Error('inner');
  const error = new RcmError('RCM_USAGE', 'what', 'do', { cause });
  expect(error).toMatchObject({ name: 'RcmError', code: 'RCM_USAGE', message: 'what', hint: 'do', cause });
  expect(error).toBeInstanceOf(Error);
});

it.each([
  [new Error('x'), 'x'],
  ['text', 'text'],
  [undefined, 'undefined'],
])('messageOf %s', (thrown, message) => {
  expect(messageOf(thrown)).toBe(message);
});
