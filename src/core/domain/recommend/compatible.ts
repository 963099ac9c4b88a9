import { type Advice, bestFirst, byText, type Recommendation } from './advice.js';

/** What can be saved by following the best set of advices that go together. */
export interface Total {
  /** Dollars a month. */
  savingPerMonth: number;
  /** Whether one of the savings in it is an upper bound. */
  atMost: boolean;
}

/**
 * Weighs advices against each other, company by company: those that overlap name each other (`insteadOf`), and the set that
 * goes together and saves most makes the total, so that nothing is counted twice.
 * @param advices in any order, of any companies; ids are unique
 * @returns the best first
 */
export function weigh(advices: readonly Advice[]): { recommendations: Recommendation[]; total: Total } {
  const ranked = [...advices].sort(bestFirst);
  const byCompany = new Map<string | null, Advice[]>();
  for (const advice of ranked) {
    const own = byCompany.get(advice.companyId);
    if (own === undefined) byCompany.set(advice.companyId, [advice]);
    else own.push(advice);
  }
  const counted = new Set([...byCompany.values()].flatMap((own) => bestSet(own).map(({ id }) => id)));
  const recommendations = ranked.map((advice): Recommendation => {
    const { touches: _, ...kept } = advice;
    const rivals = (byCompany.get(advice.companyId) ?? []).filter((other) => overlap(advice, other));
    return { ...kept, insteadOf: rivals.map(({ id }) => id).sort(byText), inTotal: counted.has(advice.id) };
  });
  return { recommendations, total: totalOf(recommendations) };
}

/** What those of the total save, of the recommendations that are given. */
export function totalOf(recommendations: readonly Recommendation[]): Total {
  // In one order whatever the input's: sums of floating-point numbers depend on it.
  const counted = recommendations.filter(({ inTotal }) => inTotal).sort((a, b) => byText(a.id, b.id));
  return {
    savingPerMonth: counted.reduce((sum, { savingPerMonth }) => sum + (savingPerMonth ?? 0), 0),
    atMost: counted.some(({ atMost }) => atMost),
  };
}

export function overlap(a: Advice, b: Advice): boolean {
  return a.id !== b.id && a.touches.some((touched) => b.touches.includes(touched));
}

/** Of one company's advices that save something those which go together and save most; of equal sets the one of the better ranked. */
function bestSet(advices: readonly Advice[]): Advice[] {
  const saving = advices.filter(({ savingPerMonth }) => savingPerMonth !== null && savingPerMonth > 0);
  let best: { set: Advice[]; sum: number } = { set: [], sum: 0 };
  const choose = (from: number, set: Advice[], sum: number): void => {
    if (sum > best.sum) best = { set, sum };
    for (let i = from; i < saving.length; i += 1) {
      const advice = saving[i] as Advice;
      if (!set.some((chosen) => overlap(chosen, advice)))
        choose(i + 1, [...set, advice], sum + (advice.savingPerMonth as number));
    }
  };
  choose(0, [], 0);
  return best.set;
}
