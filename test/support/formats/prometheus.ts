/** One sample of Prometheus' text format. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(,|$)/s;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

/**
 * Reads the text exposition format 0.0.4 as strictly as its specification and promtool do: HELP and TYPE once and before
 * the samples, a metric's lines together, no sample twice, only \\, \" and \n escaped, a line feed at the end.
 * @throws Error with the line that is wrong
 */
export function parsePrometheus(text: string): Sample[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no line feed');
  const samples: Sample[] = [];
  const closed = new Set<string>();
  const seen = new Set<string>();
  let current = { name: '', help: false, type: false };
  const begin = (name: string, line: string) => {
    if (name === current.name) return;
    if (!METRIC.test(name)) throw new Error(`no name of a metric: ${line}`);
    if (closed.has(name)) throw new Error(`lines of one metric apart: ${line}`);
    if (current.name !== '') closed.add(current.name);
    current = { name, help: false, type: false };
  };
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment) {
      const [, kind, name = '', rest = ''] = comment;
      begin(name, line);
      const had = samples.some((sample) => sample.name === name);
      const key = kind === 'HELP' ? 'help' : 'type';
      if (current[key] || had) throw new Error(`${kind} twice, or after samples: ${line}`);
      if (kind === 'TYPE' && !TYPES.includes(rest)) throw new Error(`no type: ${line}`);
      current[key] = true;
      continue;
    }
    const sample = sampleIn(line);
    begin(sample.name, line);
    if (!current.help || !current.type) throw new Error(`no HELP or TYPE before: ${line}`);
    const identity = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
    if (seen.has(identity)) throw new Error(`twice: ${line}`);
    seen.add(identity);
    samples.push(sample);
  }
  return samples;
}

function sampleIn(line: string): Sample {
  const [, name = '', labels = '', value = ''] = /^([^\s{]+)(?:\{(.*)\})? (\S+)$/s.exec(line) ?? [];
  if (!NUMBER.test(value)) throw new Error(`no sample: ${line}`);
  return { name, labels: labelsIn(labels, line), value: Number(value) };
}

function labelsIn(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let rest = text; rest !== ''; ) {
    const [whole = '', name = '', value = ''] = LABEL.exec(rest) ?? [];
    if (whole === '' || name in labels) throw new Error(`bad labels: ${line}`);
    labels[name] = value.replace(/\\(.)/gs, (escaped, c: string) => {
      if (c === 'n') return '\n';
      if (c === '\\' || c === '"') return c;
      throw new Error(`bad escape ${escaped}: ${line}`);
    });
    rest = rest.slice(whole.length);
  }
  return labels;
}
