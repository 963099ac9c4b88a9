/** Crockford's base 32 in small letters: nothing that looks like something else. */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

/** A short id that can be typed, `fx-7k2m9q`. @param random six bytes of chance */
export function fixIdOf(random: Uint8Array): string {
  return `fx-${[...random.subarray(0, 6)].map((byte) => LETTERS[byte % 32]).join('')}`;
}
