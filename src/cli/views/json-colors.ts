import type { ChalkInstance } from 'chalk';

const TOKEN = /("(?:[^"\\]+|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false|null)\b/g;

/** A line of indented JSON in colours: names, strings, numbers, words, and what is hidden. */
export function colorJson(line: string, chalk: ChalkInstance): string {
  return line.replace(TOKEN, (all, text?: string, colon?: string, number?: string) => {
    if (text !== undefined && colon !== undefined) return `${chalk.cyan(text)}${colon}`;
    if (text === '"***"') return chalk.dim(text);
    if (text !== undefined) return chalk.green(text);
    return number === undefined ? chalk.magenta(all) : chalk.yellow(all);
  });
}
