/** Deeper than anybody nests on purpose, and still far from the end of the stack. */
const DEEPEST = 200;
const TOKEN = /"(?:[^"\\]+|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const HIDDEN = '"***"';

/** JSON text, written anew. */
export interface RewrittenJson {
  text: string;
  /** How many values were hidden. */
  hidden: number;
}

/** Whether a text means to be a JSON object or array. */
export function looksLikeJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

/**
 * A JSON object or array with other white space, and with values hidden. Its tokens are kept as they are: large numbers
 * lose no digit, fields that are given twice stay.
 * @param indent spaces of a level; 0 for one line
 * @param hides whether the value at a path is to be hidden: names of fields, positions in arrays
 * @returns null when it is no JSON object or array
 */
export function rewriteJson(
  text: string,
  indent: number,
  hides: (path: readonly string[]) => boolean = () => false,
): RewrittenJson | null {
  if (!looksLikeJson(text)) return null;
  try {
    JSON.parse(text);
    return new Rewriter(text.match(TOKEN) ?? [], indent, hides).whole();
  } catch {
    return null;
  }
}

class Rewriter {
  #at = 0;
  #hidden = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly indent: number,
    private readonly hides: (path: readonly string[]) => boolean,
  ) {}

  whole(): RewrittenJson {
    const text = this.#value([]);
    return { text, hidden: this.#hidden };
  }

  #value(path: readonly string[]): string {
    if (path.length > DEEPEST) throw new RangeError('nested too deeply');
    const token = this.tokens[this.#at] as string;
    this.#at += 1;
    if (token === '{') return this.#items('{', '}', path);
    if (token === '[') return this.#items('[', ']', path);
    return token.startsWith('"') ? this.#string(token, path) : token;
  }

  /** JSON inside a string is looked into, too. */
  #string(token: string, path: readonly string[]): string {
    const text = JSON.parse(token) as string;
    if (!looksLikeJson(text)) return token;
    const inner = rewriteJson(text, 0, (more) => this.hides([...path, ...more]));
    if (inner === null || inner.hidden === 0) return token;
    this.#hidden += inner.hidden;
    return JSON.stringify(inner.text);
  }

  #items(open: string, close: string, path: readonly string[]): string {
    const items: string[] = [];
    while (this.tokens[this.#at] !== close) {
      if (this.tokens[this.#at] === ',') this.#at += 1;
      items.push(this.#item(open === '{', items.length, path));
    }
    this.#at += 1;
    if (items.length === 0) return `${open}${close}`;
    if (this.indent === 0) return `${open}${items.join(',')}${close}`;
    const pad = ' '.repeat(this.indent * path.length);
    const inner = pad + ' '.repeat(this.indent);
    return `${open}\n${items.map((item) => inner + item).join(',\n')}\n${pad}${close}`;
  }

  #item(named: boolean, index: number, path: readonly string[]): string {
    let name = '';
    const own = [...path, String(index)];
    if (named) {
      const token = this.tokens[this.#at] as string;
      this.#at += 2;
      own[path.length] = JSON.parse(token) as string;
      name = this.indent === 0 ? `${token}:` : `${token}: `;
    }
    const value = this.#value(own);
    if (!this.hides(own)) return name + value;
    this.#hidden += 1;
    return name + HIDDEN;
  }
}
