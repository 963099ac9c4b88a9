import { HIDDEN_VALUE, Sensitive } from '../../domain/sensitive.js';
import { textOf } from '../../domain/text-page.js';
import { escapeBytes } from '../../redis/keys/key-argument.js';
import type { Shown } from './get-report.js';

/** The longest text of one element. */
const MOST_CHARACTERS = 64 * 1024;
/** JSON longer than this is not taken apart. */
const MOST_JSON_BYTES = 1024 ** 2;

/** Turns elements into what may be shown of them. */
export class Shower {
  readonly sensitive: Sensitive;
  /** All of the value is hidden. */
  readonly hidesAll: boolean;

  /** @param key as `showKey` shows it @param reveal show what the rules hide */
  constructor(rules: readonly string[], key: string, reveal: boolean) {
    this.sensitive = new Sensitive(reveal ? [] : rules);
    this.hidesAll = this.sensitive.hidesKey(key);
  }

  /** A name inside a value: of a field. */
  name(bytes: Buffer): Shown {
    return cut(textOf(bytes), bytes, false);
  }

  /** @param path names of the fields that lead to it */
  value(bytes: Buffer, path: readonly string[] = []): Shown {
    const secret = (): Shown => ({ text: HIDDEN_VALUE, bytes: bytes.length, binary: false, cut: false, hidden: true });
    if (this.hidesAll || (path.length > 0 && this.sensitive.hidesField(path))) return secret();
    const text = textOf(bytes);
    if (text === null || !this.sensitive.any) return cut(text, bytes, false);
    if (this.sensitive.cannotTell(text, bytes.length <= MOST_JSON_BYTES)) return secret();
    const json = this.sensitive.rewrite(text, 0, path);
    return json && json.hidden > 0 ? cut(json.text, bytes, true) : cut(text, bytes, false);
  }
}

function cut(text: string | null, bytes: Buffer, hidden: boolean): Shown {
  const binary = text === null;
  const whole = text ?? escapeBytes(bytes.subarray(0, MOST_CHARACTERS / 4));
  const isCut = binary ? bytes.length > MOST_CHARACTERS / 4 : whole.length > MOST_CHARACTERS;
  return { text: whole.slice(0, MOST_CHARACTERS), bytes: bytes.length, binary, cut: isCut, hidden };
}
