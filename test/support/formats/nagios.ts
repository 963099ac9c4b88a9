/** What a monitoring plugin said on its one line. */
export interface Plugin {
  state: string;
  text: string;
  data: Record<string, { value: number; unit: string; warning: string; critical: string }>;
}

const NUMBER = '-?\\d+(?:\\.\\d+)?';
const RANGE = `(?:@?(?:(?:~|${NUMBER})?:)?(?:${NUMBER})?)`;
const DATUM = new RegExp(
  `^'([^'=]+)'=(${NUMBER})(us|ms|s|%|[KMGT]?B|c)?(?:;(${RANGE}))?(?:;(${RANGE}))?(?:;(?:${NUMBER})?)?(?:;(?:${NUMBER})?)?$`,
);

/**
 * Reads a plugin's output by the guidelines of the Monitoring Plugins project: one line, `STATE - text | data`, each datum
 * 'label'=value[unit];[warn];[crit];[min];[max].
 * @throws Error with what is wrong
 */
export function parseNagios(output: string): Plugin {
  const [line = '', ...more] = output.split('\n');
  if (more.length !== 1 || more[0] !== '') throw new Error(`not one line: ${JSON.stringify(output)}`);
  if (line.length > 8192) throw new Error(`${line.length} characters are more than Nagios reads`);
  const [head = '', perfdata = '', ...bars] = line.split('|');
  if (bars.length > 0 || /\p{Cc}/u.test(line)) throw new Error(`a bar or a control character too many: ${line}`);
  const [, state = '', text = ''] = /^RCM CHECK (OK|WARNING|CRITICAL|UNKNOWN) - (.+)$/.exec(head) ?? [];
  if (state === '') throw new Error(`no state: ${line}`);
  const data: Plugin['data'] = {};
  for (const datum of perfdata.trim().split(/\s+/).filter(Boolean)) {
    const [, label = '', value, unit = '', warning = '', critical = ''] = DATUM.exec(datum) ?? [];
    if (value === undefined || label in data) throw new Error(`bad performance datum: ${datum}`);
    data[label] = { value: Number(value), unit, warning, critical };
  }
  return { state, text: text.trim(), data };
}
