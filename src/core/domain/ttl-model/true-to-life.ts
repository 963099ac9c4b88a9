/** Points from which the model lacks something that happened (a cache that was warm before, evictions): nothing is advised by it. */
const NOT_TRUE_TO_LIFE = 5;

/**
 * Whether the replay of today's lifetimes is near what really happened to the same reads; what it says of other lifetimes is
 * worth something only then.
 * @param replayed percent, as is `recorded`
 */
export function isTrueToLife(replayed: number, recorded: number): boolean {
  return Math.abs(replayed - recorded) <= NOT_TRUE_TO_LIFE;
}
