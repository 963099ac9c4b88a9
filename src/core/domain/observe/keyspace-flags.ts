/** What observing needs of notify-keyspace-events: keyevent channels (E), key-misses (m), expirations (x), evictions (e). */
export const NEEDED_FLAGS = 'Emxe';

/** What `A` stands for. m and n are not in it. */
const ALL = 'g$lshzxetd';

/** A value of notify-keyspace-events as its single flags: `A` is spelt out, order and repetition do not matter. */
export function flagsOf(value: string): ReadonlySet<string> {
  return new Set([...value.replaceAll('A', ALL)]);
}

/** Whether two values mean the same. */
export function sameFlags(one: string, other: string): boolean {
  const [a, b] = [flagsOf(one), flagsOf(other)];
  return a.size === b.size && [...a].every((flag) => b.has(flag));
}

/** The former value with what is needed added; the former itself where nothing is missing. */
export function withNeeded(former: string): string {
  const has = flagsOf(former);
  return former + [...NEEDED_FLAGS].filter((flag) => !has.has(flag)).join('');
}

/** Whether a value tells of these flags, through keyevent channels. */
export function tells(value: string, flag: 'm' | 'x' | 'e'): boolean {
  const has = flagsOf(value);
  return has.has('E') && has.has(flag);
}
