/**
 * A Redis glob (`*`, `?`, `[ab]`, `[a-z]`, `[^a]`, `\x`) as a test of whole texts, byte by byte: give texts and pattern as
 * latin1 strings. For where the server's own MATCH cannot be asked. Source: Redis's stringmatchlen (util.c), whose reading
 * of unfinished classes and escapes is kept: an unclosed `[` takes all that follows into the class, a final `\` is literal.
 */
export function redisGlob(pattern: string): (text: string) => boolean {
  let source = '';
  for (let i = 0; i < pattern.length; i += 1) {
    const c = pattern[i] as string;
    if (c === '*') {
      while (pattern[i + 1] === '*') i += 1;
      source += '[^]*';
    } else if (c === '?') source += '[^]';
    else if (c === '[') {
      const read = readClass(pattern, i + 1);
      source += read.source;
      i = read.end;
    } else if (c === '\\' && i + 1 < pattern.length) {
      i += 1;
      source += literal(pattern[i] as string);
    } else source += literal(c);
  }
  const whole = new RegExp(`^${source}$`);
  return (text) => whole.test(text);
}

/** A class from after its `[`; `end` is the index of its `]`, or of the pattern's last character. */
function readClass(pattern: string, start: number): { source: string; end: number } {
  const negated = pattern[start] === '^';
  let i = negated ? start + 1 : start;
  let members = '';
  for (; i < pattern.length && pattern[i] !== ']'; i += 1) {
    const c = pattern[i] as string;
    if (c === '\\' && i + 1 < pattern.length) {
      i += 1;
      members += literal(pattern[i] as string);
    } else if (pattern[i + 1] === '-' && i + 2 < pattern.length) {
      members += range(c, pattern[i + 2] as string);
      i += 2;
    } else members += literal(c);
  }
  const source = members === '' ? (negated ? '[^]' : '[]') : `[${negated ? '^' : ''}${members}]`;
  return { source, end: Math.min(i, pattern.length - 1) };
}

/**
 * Every byte from one to another, in either order. Redis compares C's `char`, which is signed on x86: bytes over 127 come
 * before the others. (On ARM it is unsigned; only ranges with an end over 127 differ.)
 */
function range(a: string, b: string): string {
  const signed = (c: string) => (c.charCodeAt(0) << 24) >> 24;
  const [low, high] = signed(a) <= signed(b) ? [a, b] : [b, a];
  return signed(low) < 0 && signed(high) >= 0
    ? `${literal(low)}-\\xff\\x00-${literal(high)}`
    : `${literal(low)}-${literal(high)}`;
}

function literal(c: string): string {
  return `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
