/** Points from which the model lacks something that happened: a cache that was warm before, evictions. */
const NOT_TRUE_TO_LIFE = 5;

/** Whether the replay of today's lifetimes is near what really happened to the same reads. Hit rates in percent. */
export function isTrueToLife(replayed: number, recorded: number): boolean {
  return Math.abs(replayed - recorded) <= NOT_TRUE_TO_LIFE;
}
