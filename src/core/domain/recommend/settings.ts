/** What `recommend` looks at unless it is configured otherwise. */
export interface RecommendSettings {
  /** Companies whose recorded accesses are replayed: those with most to gain. */
  companies: number;
  /** Another TTL is worth a change from so many dollars a month on, … */
  minSaving: number;
  /** … or from so many percentage points of hit rate. */
  minHitRateGain: number;
}

export const RECOMMEND = { companies: 50, minSaving: 0.01, minHitRateGain: 1 } as const satisfies RecommendSettings;
