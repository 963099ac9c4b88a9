import { looksLikeJson, type RewrittenJson, rewriteJson } from './json-text.js';

/** What stands for a hidden value. */
export const HIDDEN_VALUE = '***';

/**
 * The rules of what is hidden (configuration `sensitive`): `phone` a field of that name at any depth, `customer.phone` a
 * field under another, `*token*` and `payment.**` globs (`*` within a name, `**` over any number of names). Case does not
 * matter. A rule that fits a whole key's name hides all of its value; more is hidden rather than less.
 */
export class Sensitive {
  readonly #fields: RegExp[];
  readonly #keys: RegExp[];

  constructor(rules: readonly string[]) {
    this.#fields = rules.map((rule) => new RegExp(`(?:^|\\0)${rule.split('.').map(segment).join('\\0')}$`, 'is'));
    this.#keys = rules.map((rule) => new RegExp(`^${glob(rule, '.*')}$`, 'is'));
  }

  /** false: nothing is ever hidden. */
  get any(): boolean {
    return this.#fields.length > 0;
  }

  /** Whether all of a key's value is hidden. */
  hidesKey(key: string): boolean {
    return this.#keys.some((rule) => rule.test(key));
  }

  /** Whether the value at a path is hidden: names of fields, positions in arrays. */
  hidesField(path: readonly string[]): boolean {
    const names = path.flatMap((name) => name.split('.'));
    const withoutPositions = names.filter((name) => !/^\d+$/.test(name));
    return [names, withoutPositions].some((each) => this.#fields.some((rule) => rule.test(each.join('\0'))));
  }

  /** A JSON text without its hidden fields; null when it is no JSON object or array. @param path where the text itself stands */
  rewrite(text: string, indent: number, path: readonly string[] = []): RewrittenJson | null {
    return rewriteJson(text, indent, this.any ? (inner) => this.hidesField([...path, ...inner]) : undefined);
  }

  /** Whether a text may hold fields to hide that cannot be told: it begins as JSON does, and is none, or not whole. */
  cannotTell(text: string, whole: boolean): boolean {
    return this.any && looksLikeJson(text) && (!whole || rewriteJson(text, 0) === null);
  }
}

function segment(text: string): string {
  return text === '**' ? '.+' : glob(text, '[^\\0]*');
}

function glob(text: string, star: string): string {
  return text
    .split(/(\*+|\?)/)
    .map((part) => {
      if (part === '?') return star === '.*' ? '.' : '[^\\0]';
      return /^\*+$/.test(part) ? star : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
}
