/** A word as a POSIX shell takes it: quoted where it must be. */
export function shellWord(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A word that ends a command line: one that begins with a dash is no flag. */
export function lastWord(word: string): string {
  return `${word.startsWith('-') ? '-- ' : ''}${shellWord(word)}`;
}

/** A command on one thing, with flags: a word that begins with a dash stands last, where it is no flag. */
export function commandOn(command: string, word: string, flags = ''): string {
  const parts = word.startsWith('-') ? [command, flags, lastWord(word)] : [command, shellWord(word), flags];
  return parts.filter((part) => part !== '').join(' ');
}
