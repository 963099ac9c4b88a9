import { type Html, type HtmlValue, html } from '../html.js';

/** All charts have one size, in units of their own: the page scales them. */
export const WIDTH = 520;
export const HEIGHT = 240;
export const MARGIN = { top: 12, right: 16, bottom: 28, left: 62 };

interface Tick {
  at: number;
  text: string;
}

export interface Frame {
  across: readonly Tick[];
  up: readonly Tick[];
}

interface Head {
  id: string;
  title: string;
  description: string;
  height?: number;
}

/** A drawing that a screen reader takes for one image, with what it shows in words. */
export function frameOf({ id, title, description, height = HEIGHT }: Head, content: HtmlValue): Html {
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc"><title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>${content}</svg>`;
}

export function grid({ across, up }: Frame): Html {
  const bottom = HEIGHT - MARGIN.bottom;
  return html`<g class="grid">${up.map(({ at }) => html`<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}"/>`)}</g><g class="axis">${up.map(
    ({ at, text }) => html`<text class="end" x="${MARGIN.left - 8}" y="${at + 4}">${text}</text>`,
  )}${across.map(({ at, text }) => html`<text class="middle" x="${at}" y="${bottom + 19}">${text}</text>`)}</g>`;
}

/** A tenth of a unit is less than anybody sees. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
