import * as z from 'zod';
import { configSchema } from './schema.js';

/** One setting: where it stands in the configuration, and the environment variable that sets it. */
export interface Setting {
  /** e.g. `redis.commandTimeoutMs` */
  path: string;
  /** e.g. `RCM_REDIS_COMMAND_TIMEOUT_MS`; null where a variable cannot hold it. */
  variable: string | null;
  list: boolean;
}

let known: Setting[] | undefined;

/** Every setting of the schema, read from the schema itself. */
export function settings(): Setting[] {
  known ??= leaves(configSchema, []);
  return known;
}

/** `redis.connectTimeoutMs` → `RCM_REDIS_CONNECT_TIMEOUT_MS`. */
function variableOf(path: readonly string[]): string {
  return `RCM_${path.map((part) => part.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()).join('_')}`;
}

function leaves(schema: z.ZodType, path: string[]): Setting[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject)
    return Object.entries(inner.shape).flatMap(([name, part]) => leaves(part as z.ZodType, [...path, name]));
  const list = inner instanceof z.ZodArray;
  const ofObjects = list && unwrap(inner.element as z.ZodType) instanceof z.ZodObject;
  return [{ path: path.join('.'), variable: ofObjects ? null : variableOf(path), list }];
}

function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault)
    inner = inner.unwrap() as z.ZodType;
  return inner;
}
