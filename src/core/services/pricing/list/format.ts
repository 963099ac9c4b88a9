import { createHash } from 'node:crypto';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import { PRICES, type Provider } from '../../../domain/pricing.js';
import type { Edit } from '../../../domain/pricing-change/edit.js';
import { RcmError } from '../../../errors.js';
import { zodProblem } from '../../../zod-problem.js';
import { assertLikely } from '../set.js';

/** The format that this version reads. */
const FORMAT_VERSION = 1;

/** Without control characters: it is shown on terminals and kept in the history. */
const line = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^\P{Cc}+$/u, 'must be one line of text');

/** A price list: what `pricing sync` reads. Prices that are absent stay as they are. */
export const priceList = z.strictObject({
  $schema: z.string().optional().describe('for editors'),
  formatVersion: z.literal(FORMAT_VERSION),
  name: line(100).describe('what the list is called, e.g. by whom it is kept'),
  publishedAt: z.union([z.iso.date(), z.iso.datetime({ offset: true })]).describe('ISO date, or date and time'),
  source: line(500).describe('where the prices come from'),
  currency: z.literal('USD'),
  prices: z.strictObject({
    mongodb: z.strictObject(pricesOf('mongodb')).optional(),
    redis: z.strictObject(pricesOf('redis')).optional(),
    twilio: z.strictObject(pricesOf('twilio')).optional(),
  }),
});
export type PriceList = z.infer<typeof priceList>;

/** A list that was read. */
export interface ReadPriceList {
  list: PriceList;
  edits: Edit[];
  /** SHA-256 of its bytes, in hex. */
  sha256: string;
}

/**
 * Reads a price list from its bytes.
 * @param from where it comes from, for messages, without secrets
 * @param force take values above what is likely
 * @throws RCM_PRICE_LIST_INVALID with the path that is wrong; RCM_VALUE_INVALID for a value above its ceiling
 */
export function parsePriceList(bytes: Uint8Array, from: string, force: boolean): ReadPriceList {
  const refuse = (why: string) => invalidList(`The price list ${from} ${why}`);
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw refuse('is not JSON');
  }
  const version = (value as { formatVersion?: unknown } | null)?.formatVersion;
  if (version !== undefined && version !== FORMAT_VERSION)
    throw refuse(`is of format ${JSON.stringify(version)}; this version reads format ${FORMAT_VERSION}`);
  const parsed = priceList.safeParse(value);
  if (parsed.error) {
    const { path, strange, why } = zodProblem(parsed.error);
    throw refuse(`is wrong at ${path}: ${strange ? 'there is no such field' : why}`);
  }
  assertNoDuplicates(text, refuse);
  const edits = editsOf(parsed.data);
  if (edits.length === 0) throw refuse('has no price');
  for (const { setting, value: price } of edits) assertLikely(setting, price ?? 0, String(price), force);
  return { list: parsed.data, edits, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export function invalidList(message: string): RcmError {
  return new RcmError(
    'RCM_PRICE_LIST_INVALID',
    message,
    'Nothing was changed. docs/pricing.md and schemas/price-list.json tell what a price list is.',
  );
}

/** JSON.parse takes the last of two equal names: which price was meant, nobody can tell. */
function assertNoDuplicates(text: string, refuse: (why: string) => RcmError): void {
  const { errors } = parseDocument(text, { uniqueKeys: true });
  const twice = errors.find(({ code }) => code === 'DUPLICATE_KEY');
  if (twice) throw refuse(`names a field twice, in line ${twice.linePos?.[0].line ?? '?'}`);
}

function editsOf({ prices }: PriceList): Edit[] {
  return Object.entries(prices).flatMap(([provider, values]) =>
    Object.entries(values ?? {}).map(([name, price]) => ({
      setting: { kind: 'price' as const, provider: provider as Provider, name },
      // There is no price of -0.
      value: (price as number) + 0,
    })),
  );
}

function pricesOf<P extends Provider>(
  provider: P,
): Record<keyof (typeof PRICES)[P] & string, z.ZodOptional<z.ZodNumber>> {
  return Object.fromEntries(
    Object.entries(PRICES[provider]).map(([name, { per }]) => [
      name,
      z.number().nonnegative().optional().describe(`US dollars per ${per}`),
    ]),
  ) as Record<keyof (typeof PRICES)[P] & string, z.ZodOptional<z.ZodNumber>>;
}
