/**
 * The words of a command line as oclif knows them: `help` and `version` are asked for as flags there.
 * `rcm help ttl get` is `rcm ttl get --help`.
 */
export function asOclifWords(words: readonly string[]): string[] {
  const [first, ...rest] = words;
  if (first === 'help') return [...rest.filter((word) => word !== '--help'), '--help'];
  if (first === 'version' && rest.length === 0) return ['--version'];
  return [...words];
}
