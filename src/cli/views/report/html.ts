import { printable } from '../../table/column.js';

/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[];

/** HTML in which every value is text, unless it is HTML itself: no name becomes an element or an attribute. */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  let text = parts[0] as string;
  for (let i = 0; i < values.length; i += 1) text += textOfValue(values[i]) + parts[i + 1];
  return new Html(text);
}

function textOfValue(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (value === null || value === undefined || value === false) return '';
  return Array.isArray(value) ? value.map(textOfValue).join('') : escapeHtml(String(value));
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text: string): string {
  const safe = /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (c) => ENTITIES[c] as string) : text;
  return /\p{Cc}/u.test(safe) ? printable(safe) : safe;
}
