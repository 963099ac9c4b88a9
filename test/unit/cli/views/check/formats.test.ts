import { describe, expect, it } from 'vitest';
import { printable } from '../../../../../src/cli/table/column.js';
import { PLAIN } from '../../../../../src/cli/terminal.js';
import { checkGithub, githubError } from '../../../../../src/cli/views/check/github.js';
import { checkJunit, junitError } from '../../../../../src/cli/views/check/junit.js';
import { checkMarkdown, jobSummary } from '../../../../../src/cli/views/check/markdown.js';
import { checkNagios, nagiosCode, nagiosError } from '../../../../../src/cli/views/check/nagios.js';
import { checkPrometheus, prometheusError } from '../../../../../src/cli/views/check/prometheus.js';
import { checkTable } from '../../../../../src/cli/views/check/table.js';
import { parseGithub } from '../../../../support/formats/github.js';
import { parseJunit } from '../../../../support/formats/junit.js';
import { parseNagios } from '../../../../support/formats/nagios.js';
import { parsePrometheus } from '../../../../support/formats/prometheus.js';
import { check, HOSTILE_NAMES, NOW, reportOf } from './report.js';

const critical = { verdict: 'critical', measured: 72, message: 'Hit rate 72.0%, critical under 80%' } as const;
const warning = { verdict: 'warning', measured: 85, message: 'Hit rate 85.0%, warning under 90%' } as const;
const unknown = { verdict: 'unknown', measured: null, message: 'Hit rate unknown: no reads were recorded' } as const;
const total = check(null, {
  rule: 'max-total',
  unit: 'dollars',
  measured: 512.345678,
  limits: { warning: null, critical: 600 },
  message: 'Platform cost $512.35/month',
});
const ALL = [
  check('1', { companyName: 'Fine' }),
  check('2', { companyName: 'Bad', ...critical }),
  check('3', warning),
  check('4', unknown),
  total,
];

describe('names that would be read as something else', () => {
  const checks = HOSTILE_NAMES.map((name, i) =>
    check(`id ${name}`, { companyName: name, ...[critical, warning, unknown, {}][i % 4] }),
  );
  const report = reportOf(checks, { failOn: 'warning' });
  const names = report.checks.map((one) => printable(one.companyName ?? ''));

  it('JUnit', () => {
    const cases = parseJunit(checkJunit(report));
    const writable = (text: string) => text.replace(/[\uFFFE\uFFFF\ud800]/g, '�');
    expect(cases.map((one) => one.suite)).toEqual(names.map((name) => writable(`${name} (id ${name})`)));
  });
  it('GitHub', () => {
    const [first, ...rest] = parseGithub(`${checkGithub(report)}\n`);
    expect(first).toMatchObject({ command: 'error', properties: { title: 'rcm check' } });
    for (const [i, { command, properties, message }] of rest.entries()) {
      const title = `min-hit-rate: ${names[i]} (id ${names[i]})`;
      if (command === 'debug') expect(message).toBe(`${title}: Hit rate 95.0% (≥ 90%)`);
      else expect({ properties, message }).toEqual({ properties: { title }, message: report.checks[i]?.message });
    }
  });
  it('Nagios', () => {
    for (const one of report.checks) {
      const { text } = parseNagios(`${checkNagios(reportOf([one]))}\n`);
      if (one.verdict !== 'pass') expect(text).toContain(printable(one.companyName ?? '').replaceAll('|', '¦'));
    }
    parseNagios(`${checkNagios(report)}\n`);
  });
  it('Prometheus', () => {
    const samples = parsePrometheus(`${checkPrometheus(report)}\n`).filter((one) => one.name === 'rcm_check_verdict');
    expect(samples.map(({ labels }) => [labels.company, labels.company_id])).toEqual(
      names.map((name) => [name, `id ${name}`]),
    );
  });
  it('Markdown: neither HTML nor a cell, a line or an emphasis of its own', () => {
    const markdown = checkMarkdown(report, false);
    const rows = markdown
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(2);
    expect(rows).toHaveLength(names.length);
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(7);
    expect(markdown).not.toMatch(/<script|\p{Cc}(?<!\n)/u);
    expect(markdown).toContain('&lt;script&gt;');
  });
  it('a terminal', () => {
    const lines = checkTable(report, false, PLAIN).split('\n');
    expect(lines.join('')).not.toMatch(/\p{Cc}/u);
    expect(lines.filter((line) => line.includes('min-hit-rate'))).toHaveLength(names.length);
  });
});

describe('JUnit', () => {
  const outcomes = (options: Parameters<typeof reportOf>[1]) =>
    parseJunit(checkJunit(reportOf(ALL, options))).map(({ suite, name, outcome, type }) => [
      suite,
      name,
      outcome,
      type,
    ]);

  it('a suite for each company; what does not fail the gate is no failure', () => {
    expect(outcomes({})).toEqual([
      ['Bad (2)', 'min-hit-rate', 'failure', 'critical'],
      ['3', 'min-hit-rate', null, null],
      ['4', 'min-hit-rate', 'error', 'unknown'],
      ['platform', 'max-total', null, null],
      ['Fine (1)', 'min-hit-rate', null, null],
    ]);
    expect(outcomes({ failOn: 'warning', onUnknown: 'pass' }).slice(1, 3)).toEqual([
      ['3', 'min-hit-rate', 'failure', 'warning'],
      ['4', 'min-hit-rate', 'skipped', 'unknown'],
    ]);
    expect(outcomes({ onUnknown: 'fail' })[2]).toEqual(['4', 'min-hit-rate', 'failure', 'unknown']);
  });
  it('says what was measured, also of what passed', () => {
    const texts = parseJunit(checkJunit(reportOf(ALL))).map((one) => one.text);
    expect(texts).toContain('Hit rate 95.0% (≥ 90%)');
    expect(texts).toContain('Hit rate 72.0%, critical under 80%');
  });
  it('the time is when the figures were measured', () => {
    const takenAt = new Date(NOW.getTime() - 60_000);
    expect(checkJunit(reportOf(ALL, {}, { snapshot: { takenAt, ageSeconds: 60 } }))).toContain(takenAt.toISOString());
  });
  it('an error', () => {
    const [only, ...more] = parseJunit(junitError({ code: 'RCM_X', message: 'a <b> & "c"\u0000', hint: 'Do.' }));
    expect(more).toEqual([]);
    expect(only).toMatchObject({ suite: 'platform', outcome: 'error', type: 'RCM_X', text: 'a <b> & "c"\\x00. Do.' });
  });
});

describe('GitHub', () => {
  it('the outcome first, then breaches, passes as debug messages', () => {
    const commands = parseGithub(`${checkGithub(reportOf(ALL))}\n`);
    expect(commands.map(({ command, properties }) => [command, properties.title])).toEqual([
      ['error', 'rcm check'],
      ['error', 'min-hit-rate: Bad (2)'],
      ['warning', 'min-hit-rate: 3'],
      ['error', 'min-hit-rate: 4'],
      ['debug', undefined],
      ['debug', undefined],
    ]);
    expect(commands[0]?.message).toBe(
      'Failed at critical: 1 critical, 1 warning, 1 unknown, 2 passed, 4 companies; warnings do not fail it (--fail-on warning)',
    );
  });
  it.each([
    [[check('1')], {}, 'notice'],
    [[check('1', warning)], { failOn: 'warning' }, 'warning'],
    [[check('1', unknown)], {}, 'error'],
    [[check('1', unknown)], { onUnknown: 'pass' }, 'notice'],
  ] as const)('%# ends as %s', (checks, options, command) => {
    expect(parseGithub(`${checkGithub(reportOf([...checks], options))}\n`)[0]?.command).toBe(command);
  });
  it('an error', () => {
    expect(parseGithub(`${githubError({ code: 'RCM_X', message: 'a\nb: c', hint: 'Do.' })}\n`)).toEqual([
      { command: 'error', properties: { title: 'rcm check: RCM_X' }, message: 'a\\x0ab: c. Do.' },
    ]);
  });
  it('a job summary stays under 1 MiB', () => {
    const many = Array.from({ length: 5000 }, (_, n) => check(`${n}`, { companyName: 'x'.repeat(200), ...critical }));
    const summary = jobSummary(reportOf(many));
    expect(Buffer.byteLength(summary)).toBeLessThan(1_048_576);
    expect(summary).toContain('… and 4,000 more rows.');
  });
});

describe('Nagios', () => {
  it('the worst first, and of each rule the value nearest to its limit', () => {
    const { state, text, data } = parseNagios(`${checkNagios(reportOf(ALL, { failOn: 'warning' }))}\n`);
    expect(state).toBe('CRITICAL');
    expect(text).toBe(
      'Failed at critical: 1 critical, 1 warning, 1 unknown, 2 passed, 4 companies; Bad (2): Hit rate 72.0%, critical under 80%; 3: Hit rate 85.0%, warning under 90%; 4: Hit rate unknown: no reads were recorded',
    );
    expect(data).toEqual({
      companies: { value: 4, unit: '', warning: '', critical: '' },
      critical: { value: 1, unit: '', warning: '', critical: '' },
      warning: { value: 1, unit: '', warning: '', critical: '' },
      unknown: { value: 1, unit: '', warning: '', critical: '' },
      pass: { value: 2, unit: '', warning: '', critical: '' },
      'min-hit-rate': { value: 72, unit: '%', warning: '90:', critical: '80:' },
      'max-total': { value: 512.345678, unit: '', warning: '', critical: '600' },
    });
  });
  it('stays one short line, however many fail', () => {
    const many = Array.from({ length: 10_000 }, (_, n) => check(`${n}`, { companyName: `Company ${n}`, ...critical }));
    const line = checkNagios(reportOf(many));
    expect(parseNagios(`${line}\n`).text).toContain('and 9997 more');
    expect(line.length).toBeLessThan(1000);
  });
  it('small and large numbers without an exponent', () => {
    const growth = { rule: 'max-growth', limits: { warning: null, critical: 1e21 } } as const; // 1e21 is where JavaScript begins to write exponents
    const { data } = parseNagios(`${checkNagios(reportOf([check('1', { ...growth, measured: 1e-9 })]))}\n`);
    expect(data['max-growth']).toMatchObject({ value: 0, critical: '1000000000000000000000' });
  });
  it('codes', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 130].map((code) => nagiosCode(code as 0))).toEqual([0, 3, 3, 3, 3, 1, 2, 3]);
    expect(parseNagios(`${nagiosError({ code: 'X', message: 'a|b\nc', hint: 'Do.' })}\n`)).toMatchObject({
      state: 'UNKNOWN',
      text: 'a¦b c. Do.',
      data: {},
    });
  });
});

describe('Prometheus', () => {
  it('verdicts, values where they are known, limits, counts', () => {
    const samples = parsePrometheus(`${checkPrometheus(reportOf(ALL, { failOn: 'warning' }))}\n`);
    const of = (name: string) =>
      samples.filter((one) => one.name === name).map(({ labels, value }) => [labels.company ?? '', value]);
    expect(of('rcm_check_verdict')).toEqual([
      ['Bad', 2],
      ['3', 1],
      ['4', 3],
      ['', 0],
      ['Fine', 0],
    ]);
    expect(of('rcm_check_measured')).toEqual([
      ['Bad', 72],
      ['3', 85],
      ['', 512.345678],
      ['Fine', 95],
    ]);
    expect(samples).toContainEqual({
      name: 'rcm_check_limit',
      labels: { rule: 'max-total', level: 'critical' },
      value: 600,
    });
    expect(of('rcm_check_up')).toEqual([['', 1]]);
    expect(of('rcm_check_exit_code')).toEqual([['', 6]]);
    expect(of('rcm_check_measured_timestamp_seconds')).toEqual([['', NOW.getTime() / 1000]]);
    expect(samples).toContainEqual({ name: 'rcm_check_checks', labels: { verdict: 'pass' }, value: 2 });
  });
  it('an error', () => {
    expect(parsePrometheus(`${prometheusError()}\n`)).toEqual([{ name: 'rcm_check_up', labels: {}, value: 0 }]);
  });
});

describe('the table', () => {
  it('tells each check, the worst company first', () => {
    expect(checkTable(reportOf(ALL), false, PLAIN)).toBe(
      [
        'Failed at critical: 1 critical, 1 warning, 1 unknown, 2 passed, 4 companies;',
        'warnings do not fail it (--fail-on warning)',
        '',
        'Verdict      Company   Rule          Measured  Limit',
        '🔴 critical  Bad       min-hit-rate     72.0%  ≥ 80%',
        '🟡 warning   3         min-hit-rate     85.0%  ≥ 90%',
        '⚪ unknown   4         min-hit-rate         —  ≥ 90%',
        '🟢 pass      platform  max-total      $512.35  ≤ $600.00',
        '🟢 pass      Fine      min-hit-rate     95.0%  ≥ 90%',
        '',
        '⚪ Hit rate unknown: no reads were recorded',
      ].join('\n'),
    );
  });
  it('many that passed are told rule by rule, unless all are asked for', () => {
    const many = Array.from({ length: 1000 }, (_, n) =>
      check(`${n}`, { measured: 91 + n / 1000, companyName: `Company ${n}` }),
    );
    const report = reportOf([...many, check('bad', critical)]);
    expect(checkTable(report, false, { ...PLAIN, width: Number.POSITIVE_INFINITY }).split('\n')).toEqual([
      'Failed at critical: 1 critical, 1,000 passed, 1,001 companies',
      '',
      'Verdict      Company          Rule          Measured  Limit  In full',
      '🔴 critical  bad              min-hit-rate     72.0%  ≥ 80%  Hit rate 72.0%, critical under 80%',
      '🟢 pass      1,000 companies  min-hit-rate     91.0%  ≥ 90%  nearest to the limit: Company 0',
      '',
      'Checks that passed are told rule by rule, with the value nearest to the limit; --verbose tells each.',
    ]);
    expect(checkTable(report, true, PLAIN).match(/🟢 pass/g)).toHaveLength(1000);
  });
});
