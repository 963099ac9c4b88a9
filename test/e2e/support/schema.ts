import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import * as z from 'zod';

/** Against the JSON Schema as scripts/generate.mjs makes it of a report's type: nothing missing, nothing more. */
export function expectSchema(type: z.ZodType, report: unknown): void {
  const schema = z.toJSONSchema(type, {
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
    },
  });
  const ajv = new Ajv2020({
    allowUnionTypes: true,
    formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/ },
  });
  const validate = ajv.compile(schema);
  validate(report);
  expect(validate.errors ?? []).toEqual([]);
}
