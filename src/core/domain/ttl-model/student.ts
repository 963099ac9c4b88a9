const FIRST = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];

/**
 * The 97.5 % quantile of Student's t: half of a 95 % interval, in standard errors. From 10 degrees of freedom on by the
 * Cornish-Fisher expansion (Abramowitz and Stegun 26.7.5), right to 0.001; below, between the whole ones on a straight line.
 * @param freedom degrees of freedom, at least 1
 */
export function student975(freedom: number): number {
  if (freedom < 10) {
    const below = Math.floor(freedom);
    const [low, high] = [FIRST[below - 1] as number, FIRST[below] as number];
    return low + (high - low) * (freedom - below);
  }
  const z = 1.959964;
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + g1 / freedom + g2 / freedom ** 2 + g3 / freedom ** 3;
}
