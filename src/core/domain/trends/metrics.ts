/** What `trends` can show. */
export const TREND_METRICS = ['hit-rate', 'response', 'memory', 'keys', 'cost', 'score'] as const;
export type TrendMetric = (typeof TREND_METRICS)[number];
