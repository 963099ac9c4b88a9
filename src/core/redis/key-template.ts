import { RcmError } from '../errors.js';
import { NAMESPACE } from './namespace.js';

const PLACEHOLDER = '{companyId}';
export const DEFAULT_KEY_TEMPLATES = ['company:{companyId}', 'company:{companyId}:*'];

/** One key template, taken apart: `prefix`, the company id, `suffix`, and anything after it when `open`. All literal. */
export interface KeyTemplate {
  text: string;
  prefix: string;
  suffix: string;
  open: boolean;
}

/**
 * How company keys are named. `{companyId}` is the placeholder and a `*` at the very end matches anything; every other
 * character is literal. The id ends at the template's next character, and no id contains a character that ends one.
 */
export class KeyTemplates {
  readonly templates: readonly KeyTemplate[];
  /** Characters (ASCII) no company id may contain: those that end an id in some template. */
  readonly terminators: readonly string[];
  /** The templates by prefix, longest first. */
  readonly groups: readonly PrefixGroup[];

  /** @throws RCM_TEMPLATE_INVALID */
  constructor(texts: readonly string[] = DEFAULT_KEY_TEMPLATES) {
    if (texts.length === 0) throw invalid('(none)', 'there is no key template');
    this.templates = texts.map(parse);
    this.terminators = [...new Set(this.templates.flatMap((t) => [...t.suffix].slice(0, 1)))];
    this.groups = groupByPrefix(this.templates);
  }

  /**
   * The company id in a key, or null when no template matches. Keys are bytes: give and get them as latin1 ("binary")
   * strings; see `displayBytes` for the id that people see. The longest prefix that fits decides.
   */
  match(key: string): string | null {
    return this.#find(key)?.id ?? null;
  }

  /** The company id in a key as `match` reads it, and what stands in the template's open part ('' where it has none). */
  parse(key: string): { id: string; rest: string } | null {
    const found = this.#find(key);
    if (found === null) return null;
    return { id: found.id, rest: found.suffix.open ? found.tail.slice(found.suffix.text.length) : '' };
  }

  #find(key: string): { id: string; tail: string; suffix: PrefixGroup['suffixes'][number] } | null {
    if (key.startsWith(NAMESPACE)) return null;
    for (const group of this.groups) {
      if (!key.startsWith(group.prefix)) continue;
      const id = key.slice(group.prefix.length, this.#endOfId(key, group.prefix.length));
      if (id === '') continue;
      const tail = key.slice(group.prefix.length + id.length);
      const suffix = group.suffixes.find((s) => (s.open ? tail.startsWith(s.text) : tail === s.text));
      if (suffix !== undefined) return { id, tail, suffix };
    }
    return null;
  }

  /** SCAN patterns that match at least every key of a company (as bytes): confirm each key with `match`. */
  scanPatterns(companyId: string): Buffer[] {
    this.assertId(companyId);
    return this.templates.map((t) => Buffer.from(globEscape(t.prefix + companyId + t.suffix) + (t.open ? '*' : '')));
  }

  /**
   * The key of one company for the template's open part.
   * @throws RCM_COMPANY_ID_INVALID when the id is empty or contains a character that ends it
   */
  build(companyId: string, rest: string, template: KeyTemplate): string {
    this.assertId(companyId);
    return template.prefix + companyId + template.suffix + (template.open ? rest : '');
  }

  /** @throws RCM_COMPANY_ID_INVALID */
  assertId(companyId: string): void {
    const bad = companyId === '' ? 'is empty' : this.terminators.find((c) => companyId.includes(c));
    if (bad === undefined) return;
    const why = companyId === '' ? bad : `contains '${bad}', which ends the id in a key template`;
    throw new RcmError(
      'RCM_COMPANY_ID_INVALID',
      `Company id '${companyId}' ${why}`,
      'Use an id without it, or change keyTemplates.',
    );
  }

  /** An id ends at the first character that ends one in any template, so that every template reads the same id. */
  #endOfId(key: string, start: number): number {
    let end = key.length;
    for (const terminator of this.terminators) {
      const at = key.indexOf(terminator, start);
      if (at >= 0 && at < end) end = at;
    }
    return end;
  }
}

/** Templates with one prefix; all text as latin1 strings of bytes. */
export interface PrefixGroup {
  prefix: string;
  suffixes: { text: string; open: boolean }[];
}

function groupByPrefix(templates: readonly KeyTemplate[]): PrefixGroup[] {
  const groups = new Map<string, PrefixGroup>();
  for (const t of templates) {
    const prefix = toBinary(t.prefix);
    const group = groups.get(prefix) ?? { prefix, suffixes: [] };
    group.suffixes.push({ text: toBinary(t.suffix), open: t.open });
    groups.set(prefix, group);
  }
  return [...groups.values()].sort((a, b) => b.prefix.length - a.prefix.length);
}

/** Text as its UTF-8 bytes, one character a byte. */
export function toBinary(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Bytes (as a latin1 string) for people: the UTF-8 text where it is valid, else printable ASCII with the rest as \xHH. */
export function displayBytes(binary: string): string {
  try {
    return utf8.decode(Buffer.from(binary, 'latin1'));
  } catch {
    return binary.replace(/[^\x20-\x5b\x5d-\x7e]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
  }
}

/** Text with every character that SCAN MATCH treats specially made literal. */
export function globEscape(text: string): string {
  return text.replace(/[*?[\]\\^-]/g, '\\$&');
}

function parse(text: string): KeyTemplate {
  const at = text.indexOf(PLACEHOLDER);
  if (at < 0) throw invalid(text, `it has no ${PLACEHOLDER}`);
  if (text.indexOf(PLACEHOLDER, at + 1) >= 0) throw invalid(text, `it has ${PLACEHOLDER} twice`);
  const prefix = text.slice(0, at);
  const tail = text.slice(at + PLACEHOLDER.length);
  const open = tail.endsWith('*');
  const suffix = open ? tail.slice(0, -1) : tail;
  if (open && suffix === '')
    throw invalid(
      text,
      `a character must stand between ${PLACEHOLDER} and the final *, or no one can tell where an id ends`,
    );
  if (prefix === '') throw invalid(text, `it begins with ${PLACEHOLDER}: every key would be a company's`);
  // `rc{companyId}:*` would take rcm:… for keys of a company.
  if (prefix.startsWith(NAMESPACE) || NAMESPACE.startsWith(prefix))
    throw invalid(text, `keys under ${NAMESPACE} are this tool's own`);
  if (suffix !== '' && suffix.charCodeAt(0) > 126)
    throw invalid(text, `the character after ${PLACEHOLDER} must be plain ASCII`);
  return { text, prefix, suffix, open };
}

function invalid(text: string, why: string): RcmError {
  return new RcmError(
    'RCM_TEMPLATE_INVALID',
    `Key template '${text}' cannot be used: ${why}`,
    'A template looks like company:{companyId}:* .',
  );
}
