import { type KeyPositions, keyPositionsOf } from './read-commands.js';

/**
 * The keys that a line of MONITOR reads, as latin1 ("binary") strings; null where it is no cache read of that database.
 * The line is `TIME [DB CLIENT] "COMMAND" "ARGUMENT" …`; CLIENT is `lua` for what a script runs. A script's own line (EVAL, …) is no
 * read; its inner commands are. The time is not looked at: clocks may be apart.
 * @param line without the leading `+` and the line's end
 */
export function keysRead(line: string, db: number): string[] | null {
  const open = line.indexOf(' [');
  const name = line.indexOf('] "', open);
  if (open < 0 || name < 0) return null;
  const nameEnd = line.indexOf('"', name + 3);
  if (nameEnd < 0) return null;
  const positions = keyPositionsOf(line.slice(name + 3, nameEnd));
  if (positions === null || Number(line.slice(open + 2, line.indexOf(' ', open + 2))) !== db) return null;
  return keysAt(positions, line, nameEnd + 1);
}

/** Whether a line that is not whole yet can be a read: of others nothing need be kept. Null where too little of it is there. */
export function maybeRead(start: string): boolean | null {
  const name = start.indexOf('] "');
  const nameEnd = name < 0 ? -1 : start.indexOf('"', name + 3);
  return nameEnd < 0 ? null : keyPositionsOf(start.slice(name + 3, nameEnd)) !== null;
}

function keysAt(positions: KeyPositions, line: string, from: number): string[] {
  const args = new Arguments(line, from);
  const first = args.next();
  if (first === null) return [];
  if (positions === 'first') return [first];
  if (positions === 'counted') return args.take(Number(first));
  return [first, ...args.take(positions === 'firstTwo' ? 1 : Number.POSITIVE_INFINITY)];
}

/** Reads one quoted argument after another. */
class Arguments {
  constructor(
    private readonly line: string,
    private at: number,
  ) {}

  next(): string | null {
    const { line } = this;
    const start = line.indexOf('"', this.at) + 1;
    if (start === 0) return null;
    let end = line.indexOf('"', start);
    // A quote after an odd number of backslashes is part of the argument.
    while (end >= 0 && backslashesBefore(line, end, start) % 2 === 1) end = line.indexOf('"', end + 1);
    if (end < 0) return null;
    this.at = end + 1;
    return unquoted(line.slice(start, end));
  }

  take(most: number): string[] {
    const taken: string[] = [];
    while (taken.length < most) {
      const next = this.next();
      if (next === null) break;
      taken.push(next);
    }
    return taken;
  }
}

function backslashesBefore(line: string, end: number, start: number): number {
  let count = 0;
  while (end - count - 1 >= start && line.charCodeAt(end - count - 1) === 0x5c) count += 1;
  return count;
}

const NAMED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' };

/** An argument as bytes: MONITOR writes `\\`, `\"`, `\n`, `\r`, `\t`, `\a`, `\b` and `\xHH` (Redis's sdscatrepr). */
function unquoted(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:x([0-9a-f]{2})|(.))/gs, (_, hex: string | undefined, char: string) =>
    hex === undefined ? (NAMED[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
