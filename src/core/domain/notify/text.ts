/** Control characters, and those that turn the direction of text around, which would make a line read as another. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Any text as part of one line: what would break out of the line is escaped, and no more than `most` characters stay. */
export function oneLine(text: string, most = 400): string {
  const safe = text.replace(UNSAFE, (c) => {
    const code = (c.codePointAt(0) as number).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
  const characters = [...safe];
  return characters.length <= most ? safe : `${characters.slice(0, most - 1).join('')}…`;
}

/** Text inside an HTML element or attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

const NOTHING_WIDE = '\u200b';

/**
 * Text that Slack shows as it is: `& < >` are its own signs (a name of `<!channel>` would call everybody), and what would
 * make it bold, slanted, struck or code stands between spaces of no width. So does what others that take Slack's messages
 * read into it: Mattermost and Discord call everybody for `@all` or `@everyone`, and Mattermost makes links of `[a](b)`.
 */
export function escapeSlack(text: string): string {
  const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  return text
    .replace(/[&<>]/g, (c) => signs[c] as string)
    .replace(/[*_~`]/g, (c) => `${NOTHING_WIDE}${c}${NOTHING_WIDE}`)
    .replace(/@(?=\S)/g, `@${NOTHING_WIDE}`)
    .replace(/\]\(/g, `]${NOTHING_WIDE}(`);
}

/** A command as code in Slack; one with a backtick in it is plain text. */
export function slackCode(text: string): string {
  return text.includes('`')
    ? escapeSlack(text)
    : `\`${text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')}\``;
}
