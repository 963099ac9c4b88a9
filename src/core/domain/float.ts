/** A figure without the noise of binary fractions, so that it reaches a boundary that it reaches on paper: 3.30 ÷ 3.00 is 110 %. */
export function withoutFloatNoise(value: number): number {
  return Number(value.toFixed(9));
}
