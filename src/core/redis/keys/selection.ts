import { redisGlob } from '../../domain/glob.js';
import { displayBytes, globEscape, type KeyTemplates, toBinary } from '../key-template.js';

/** A key of a company: bytes, as latin1 text where text is needed. */
export interface CompanyKey {
  key: Buffer;
  /** As people see it. */
  companyId: string;
  /** What stands in the template's open part, as latin1. */
  rest: string;
}

/** Which companies' keys, and which of them. Exactly those that the templates match: id `12` never takes `company:123:…`. */
export class KeySelection {
  /** The ids as latin1 text of their bytes; null for every company. */
  readonly ids: readonly string[] | null;
  /** A SCAN MATCH that every selected key fits; each key is confirmed by `find`. */
  readonly scanGlob: Buffer;
  /** Whether a key that fits `scanGlob` and has one of the ids is selected: a script can tell as well as `find`. */
  readonly serverDecides: boolean;
  readonly #wanted: ReadonlySet<string> | null;
  readonly #fits: (rest: string) => boolean;
  /** Ids decoded once: the same few come back with every key. */
  readonly #names = new Map<string, string>();

  /**
   * @param companyIds as people see them; null for all companies
   * @param match a Redis glob that the part after the company's id must fit
   * @throws RCM_COMPANY_ID_INVALID
   */
  constructor(
    readonly templates: KeyTemplates,
    companyIds: readonly string[] | null,
    match?: string,
  ) {
    for (const id of companyIds ?? []) templates.assertId(id);
    this.ids = companyIds?.flatMap(idBytes) ?? null;
    this.#wanted = this.ids && new Set(this.ids);
    this.#fits = match === undefined ? () => true : redisGlob(toBinary(match));
    const exact = exactGlob(templates, this.ids, match);
    this.serverDecides = match === undefined || exact !== null;
    this.scanGlob = Buffer.from(exact ?? commonGlob(templates, this.ids), 'latin1');
  }

  /** The key when it is selected, else null. */
  find(key: Buffer): CompanyKey | null {
    const parsed = this.templates.parse(key.toString('latin1'));
    if (parsed === null || this.#wanted?.has(parsed.id) === false || !this.#fits(parsed.rest)) return null;
    return { key, companyId: this.#nameOf(parsed.id), rest: parsed.rest };
  }

  #nameOf(id: string): string {
    let name = this.#names.get(id);
    if (name === undefined) {
      name = displayBytes(id);
      this.#names.set(id, name);
    }
    return name;
  }
}

/** The bytes that an id can stand for: itself, and, where it is shown escaped because it is not UTF-8, what it was. */
export function idBytes(id: string): string[] {
  const plain = toBinary(id);
  const unescaped = unescapeBytes(id);
  return unescaped !== null && displayBytes(unescaped) === id ? [plain, unescaped] : [plain];
}

/** Bytes (latin1) of text in which some are written `\xHH`; null where none is. */
export function unescapeBytes(text: string): string | null {
  if (!/\\x[0-9a-f]{2}/.test(text)) return null;
  return toBinary(text).replace(/\\x([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/**
 * With one company and one open template the server can do all of the matching, unless the pattern fits keys without an open
 * part too, a closed template takes keys of the open one, or bytes beyond ASCII stand in a set, whose order is the server's own.
 */
function exactGlob(templates: KeyTemplates, ids: readonly string[] | null, match: string | undefined): string | null {
  const [open, ...others] = templates.templates.filter((t) => t.open);
  const [id] = ids ?? [];
  if (match === undefined || id === undefined || ids?.length !== 1 || !open || others.length > 0) return null;
  if (redisGlob(toBinary(match))('')) return null;
  if (templates.templates.some((t) => !t.open && t.prefix === open.prefix && t.suffix.startsWith(open.suffix)))
    return null;
  if (match.includes('[') && /[^\x20-\x7e]/.test(match)) return null;
  return globEscape(toBinary(open.prefix) + id + toBinary(open.suffix)) + toBinary(match);
}

/** What the keys of all templates (and of the one company) begin with. */
function commonGlob(templates: KeyTemplates, ids: readonly string[] | null): string {
  const [id] = ids?.length === 1 ? ids : [];
  const starts = templates.templates.map((t) => toBinary(t.prefix) + (id === undefined ? '' : id + toBinary(t.suffix)));
  return `${globEscape(commonStart(starts))}*`;
}

function commonStart(texts: readonly string[]): string {
  let start = texts[0] ?? '';
  for (const text of texts) while (!text.startsWith(start)) start = start.slice(0, -1);
  return start;
}
