/** A workflow command of GitHub Actions. */
export interface WorkflowCommand {
  command: string;
  properties: Record<string, string>;
  message: string;
}

const COMMANDS = ['error', 'warning', 'notice', 'debug'];

/**
 * Reads output as the Actions runner does, and refuses every line that is no annotation: text between commands could be
 * read as one.
 * @throws Error with the line that is wrong
 */
export function parseGithub(output: string): WorkflowCommand[] {
  if (!output.endsWith('\n')) throw new Error('the last line has no line feed');
  return output
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const [, command = '', properties = '', data = ''] = /^::([a-z]+)(?: ([^:]*))?::(.*)$/.exec(line) ?? [];
      if (!COMMANDS.includes(command) || /\p{Cc}/u.test(line))
        throw new Error(`no annotation: ${JSON.stringify(line)}`);
      return { command, properties: propertiesIn(properties, line), message: unescaped(data, line) };
    });
}

function propertiesIn(text: string, line: string): Record<string, string> {
  if (text === '') return {};
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new Error(`bad property: ${line}`);
      return [pair.slice(0, at), unescaped(pair.slice(at + 1), line)];
    }),
  );
}

const ESCAPES: Record<string, string> = { '%25': '%', '%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',' };

function unescaped(text: string, line: string): string {
  return text.replace(/%.{0,2}/g, (whole) => {
    const character = ESCAPES[whole];
    if (character === undefined) throw new Error(`bad escape ${whole}: ${line}`);
    return character;
  });
}
