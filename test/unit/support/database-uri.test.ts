import { expect, it } from 'vitest';
import { withDatabase } from '../../support/mongo/database-uri.js';

it.each([
  ['mongodb://127.0.0.1:27017', 'mongodb://127.0.0.1:27017/t'],
  ['mongodb://127.0.0.1:27017/app?retryWrites=false', 'mongodb://127.0.0.1:27017/t?retryWrites=false'],
  ['mongodb://a:1,b:2/?replicaSet=rs', 'mongodb://a:1,b:2/t?replicaSet=rs'],
  ['mongodb://u:p%2F@h', 'mongodb://u:p%2F@h/t?authSource=admin'],
  ['mongodb://u:p@h/users', 'mongodb://u:p@h/t?authSource=users'],
  ['mongodb://u:p@h/app?authSource=x', 'mongodb://u:p@h/t?authSource=x'],
  ['mongodb+srv://u:p@h.example', 'mongodb+srv://u:p@h.example/t?authSource=admin'],
])('%s becomes %s', (given, expected) => {
  expect(withDatabase(given, 't')).toBe(expected);
});
