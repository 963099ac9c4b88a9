/** What a key's kind is told by: all up to the first separator. @param key without its template's part */
export function keySegment(key: string, separators: readonly string[]): string {
  let end = key.length;
  for (const separator of separators) {
    const at = key.indexOf(separator);
    if (at >= 0 && at < end) end = at;
  }
  return key.slice(0, end);
}
