import { redactUrl } from '../core/domain/redact.js';
import { shellWord } from '../core/domain/shell-word.js';

/** Flags that belong to one page. */
const OF_ONE_PAGE = ['--cursor', '--output', '--offset'];
const URLS = ['--redis-url', '--mongodb-uri'];

/**
 * The command line that shows the next page: the same words with another cursor. A URL with a password is left out.
 * @param argv the words after the command's name
 */
export function continueCommand(name: string, argv: readonly string[], cursor: string): string {
  const words: string[] = [];
  for (let i = 0; i < argv.length; i += 1) {
    const word = argv[i] as string;
    const [flag = '', inline] = word.startsWith('--') ? word.split(/=(.*)/s) : [word];
    if (!OF_ONE_PAGE.includes(flag) && !URLS.includes(flag)) {
      words.push(word);
      continue;
    }
    const value = inline ?? argv[i + 1] ?? '';
    if (inline === undefined) i += 1;
    if (URLS.includes(flag) && redactUrl(value) === value) words.push(flag, value);
  }
  return ['rcm', name, ...words.map(shellWord), '--cursor', cursor].join(' ');
}
