import * as z from 'zod';
import { FORECAST_OUTCOMES, type Forecast } from '../../domain/trends/forecast.js';
import { TREND_METRICS } from '../../domain/trends/metrics.js';
import type { TrendPoint } from '../../domain/trends/series.js';
import { STEPS } from '../../domain/trends/steps.js';

const number = z.number().nullable();

const point = z.object({
  at: z.date().describe('start of the step'),
  until: z.date().describe('its end, which is the next start'),
  reads: number,
  hitRate: number.describe('percent, of all reads of the step'),
  avgResponseMs: number,
  p95ResponseMs: number.describe('from log2 buckets, even within one'),
  p95AtLeast: z.boolean().describe('the p95 lies beyond the last bucket: it is this or more'),
  memoryBytes: number.describe('the last measured in the step; so are keys, cost and score'),
  keys: number,
  cost: number.describe('dollars per month: Redis and MongoDB'),
  score: number.describe("0–100; the platform's is the mean of its companies'"),
}) satisfies z.ZodType<TrendPoint>;

const series = z.object({
  label: z.string(),
  companyId: z.string().nullable().describe('null for the platform'),
  companyName: z.string().nullable(),
  period: z.enum(['this', 'previous']),
  since: z.date(),
  until: z.date(),
  points: z.array(point).describe('every step has one; null is unknown, never 0'),
});

const forecastReport = z.object({
  what: z.enum(['cache budget', 'storage budget', 'maxmemory']),
  companyId: z.string().nullable(),
  unit: z.enum(['dollars', 'bytes']),
  outcome: z.enum(FORECAST_OUTCOMES),
  values: z.number().describe('daily values that it rests on'),
  days: z.number().describe('between the first and the last of them'),
  current: number,
  limit: number,
  perDay: number.describe('Theil–Sen slope'),
  perDayLow: number.describe('95 % interval of it'),
  perDayHigh: number,
  at: z.date().nullable().describe('when it is reached, within a year'),
  earliest: z.date().nullable(),
  latest: z.date().nullable(),
}) satisfies z.ZodType<Forecast>;

/** What `rcm trends --json` prints. */
export const trendsReport = z.object({
  generatedAt: z.date(),
  since: z.date().describe('start of the first step'),
  until: z.date().describe('end of the last step, which may not be over yet'),
  step: z.enum(STEPS),
  timeZone: z.string(),
  metrics: z.array(z.enum(TREND_METRICS)),
  series: z.array(series),
  forecasts: z.array(forecastReport),
  forecastMethod: z.string(),
  warnings: z.array(z.string()),
});
export type TrendsReport = z.infer<typeof trendsReport>;
export type TrendSeries = TrendsReport['series'][number];
export type TrendForecast = TrendsReport['forecasts'][number];
