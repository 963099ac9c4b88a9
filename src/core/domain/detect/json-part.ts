import type { ValuePart } from './figures.js';

/** An array of so many entries is what makes a value large, not one of them. */
const MANY_ENTRIES = 20;
/** What holds less of the whole than this half does not explain it. */
const MOST = 0.5;
const LONGEST_NAME = 60;

/** The part of a JSON text that takes most of it; null where the text is no JSON, or has no parts. */
export function largestJsonPart(text: string): ValuePart | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return isEmbeddedData(text) ? part('the value', text.length, 'embedded_data') : null;
  }
  return partOf(value, '', Buffer.byteLength(text));
}

function partOf(value: unknown, path: string, bytes: number): ValuePart | null {
  const name = path === '' ? 'the value' : shortened(path);
  if (typeof value === 'string') return part(name, bytes, isEmbeddedData(value) ? 'embedded_data' : 'large_value');
  if (typeof value !== 'object' || value === null) return part(name, bytes, 'large_value');
  const largest = largestEntry(value);
  if (largest === null) return null;
  if (largest.bytes >= MOST * bytes) return partOf(largest.value, joined(path, value, largest.key), largest.bytes);
  if (Array.isArray(value) && value.length >= MANY_ENTRIES)
    return { ...part(path === '' ? 'the value' : name, bytes, 'many_elements'), elements: value.length };
  // No member holds most of it: the largest is named if it is inside of something that does.
  return path === ''
    ? part(shortened(joined('', value, largest.key)), largest.bytes, 'large_value')
    : part(name, bytes, 'large_value');
}

function largestEntry(value: object): { key: string; value: unknown; bytes: number } | null {
  let largest: { key: string; value: unknown; bytes: number } | null = null;
  for (const [key, member] of Object.entries(value)) {
    const bytes = Buffer.byteLength(JSON.stringify(member) ?? '');
    if (largest === null || bytes > largest.bytes) largest = { key, value: member, bytes };
  }
  return largest;
}

function joined(path: string, parent: object, key: string): string {
  if (Array.isArray(parent)) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

function part(name: string, bytes: number, kind: ValuePart['kind']): ValuePart {
  return { name, bytes, kind, elements: null, sampled: false };
}

/** A name that fits into a line. */
export function shortened(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
}

const SHORTEST_DATA = 1024;

/** Whether text is a file as base64: a data URL, or a long run of its letters, upper and lower case and digits mixed. */
export function isEmbeddedData(text: string): boolean {
  if (text.length < SHORTEST_DATA) return false;
  if (/^data:[\w/+.-]*(;[\w=.-]+)*;base64,/.test(text.slice(0, 200))) return true;
  const sample = text.slice(0, 4096).replace(/\r?\n/g, '');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(sample)) return false;
  return new Set(sample).size >= 30 && /[A-Z]/.test(sample) && /[a-z]/.test(sample) && /\d/.test(sample);
}
