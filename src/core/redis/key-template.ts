import { RcmError } from '../errors.js';

const PLACEHOLDER = '{companyId}';
const NAMESPACE_PREFIX = 'rcm:';
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
  /** Characters no company id may contain: those that end an id in some template. */
  readonly terminators: readonly string[];

  /** @throws RCM_TEMPLATE_INVALID */
  constructor(texts: readonly string[] = DEFAULT_KEY_TEMPLATES) {
    if (texts.length === 0) throw invalid('(none)', 'there is no key template');
    this.templates = texts.map(parse);
    this.terminators = [...new Set(this.templates.flatMap((t) => [...t.suffix].slice(0, 1)))];
  }

  /**
   * The company id in a key, or null when no template matches. Keys are bytes: give and get them as latin1 ("binary")
   * strings; see `idFromBytes` for the id that people see. The first template that matches decides.
   */
  match(key: string): string | null {
    if (key.startsWith(NAMESPACE_PREFIX)) return null;
    for (const template of this.binaryTemplates()) {
      const id = matchOne(template, key, this.binaryTerminators());
      if (id !== null) return id;
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

  #binary: { templates: KeyTemplate[]; terminators: string[] } | undefined;
  private binaryTemplates(): KeyTemplate[] {
    return this.binary().templates;
  }
  private binaryTerminators(): string[] {
    return this.binary().terminators;
  }
  private binary() {
    this.#binary ??= {
      templates: this.templates.map((t) => ({ ...t, prefix: toBinary(t.prefix), suffix: toBinary(t.suffix) })),
      terminators: this.terminators.map(toBinary),
    };
    return this.#binary;
  }
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
  if (prefix.startsWith(NAMESPACE_PREFIX)) throw invalid(text, `keys under ${NAMESPACE_PREFIX} are this tool's own`);
  return { text, prefix, suffix, open };
}

function invalid(text: string, why: string): RcmError {
  return new RcmError(
    'RCM_TEMPLATE_INVALID',
    `Key template '${text}' cannot be used: ${why}`,
    'A template looks like company:{companyId}:* .',
  );
}

function matchOne(t: KeyTemplate, key: string, terminators: readonly string[]): string | null {
  if (!key.startsWith(t.prefix)) return null;
  const start = t.prefix.length;
  const end = t.suffix === '' ? key.length : key.indexOf(t.suffix.charAt(0), start);
  if (end <= start) return null;
  const id = key.slice(start, end);
  const restFits = t.open
    ? key.startsWith(t.suffix, end)
    : key.length === end + t.suffix.length && key.endsWith(t.suffix);
  if (!restFits || terminators.some((c) => id.includes(c))) return null;
  return id;
}
