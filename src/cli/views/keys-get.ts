import { Chalk } from 'chalk';
import type { KeysGetReport, Shown, ShownValue } from '../../core/services/keys/get-report.js';
import { type Column, printable } from '../table/column.js';
import { markdownText, renderMarkdown, renderTable } from '../table/render.js';
import { wrap } from '../table/wrap.js';
import type { Terminal } from '../terminal.js';
import { age, count, bytes as size } from './figures.js';
import { hexDump } from './hex-dump.js';
import { colorJson } from './json-colors.js';

/** One element of a value, whatever the type; what a type does not have is null. */
export interface ElementRow {
  /** Index, rank, id of a stream's entry, or first byte of a string's page. */
  place: string | number | null;
  score: string | null;
  field: string | null;
  value: string;
  bytes: number;
}

const FIELD: Column<ElementRow> = {
  name: 'field',
  header: 'Field',
  value: (r) => r.field,
  shrinks: true,
  fromWidth: 0,
};
const SIZE: Column<ElementRow> = {
  name: 'bytes',
  header: 'Size',
  value: (r) => r.bytes,
  text: (r) => size(r.bytes),
  align: 'right',
  fromWidth: 0,
};
const place = (name: string, header: string): Column<ElementRow> => ({
  name,
  header,
  value: (r) => r.place,
  align: 'right',
  fromWidth: 0,
});
const text = (name: string, header: string): Column<ElementRow> => ({
  name,
  header,
  value: (r) => r.value,
  shrinks: true,
  fromWidth: 0,
});

const COLUMNS: Record<ShownValue['kind'], Column<ElementRow>[]> = {
  string: [place('offset', 'Offset'), text('value', 'Value'), SIZE],
  hash: [FIELD, text('value', 'Value'), SIZE],
  list: [place('index', 'Index'), text('value', 'Value'), SIZE],
  set: [text('member', 'Member'), SIZE],
  zset: [
    place('rank', 'Rank'),
    { name: 'score', header: 'Score', value: (r) => r.score, align: 'right', fromWidth: 0 },
    text('member', 'Member'),
    SIZE,
  ],
  stream: [place('id', 'Id'), FIELD, text('value', 'Value'), SIZE],
  other: [],
};

export function elementColumns({ value }: KeysGetReport): Column<ElementRow>[] {
  return COLUMNS[value.kind];
}

export function elementRows({ value, length }: KeysGetReport): ElementRow[] {
  const row = (shown: Shown, more: Partial<ElementRow> = {}): ElementRow => ({
    place: null,
    score: null,
    field: null,
    value: shown.cut ? `${shown.text}…` : shown.text,
    bytes: shown.bytes,
    ...more,
  });
  switch (value.kind) {
    case 'hash':
      return value.fields.map((one) => row(one.value, { field: one.field.text }));
    case 'list':
      return value.elements.map((one) => row(one.value, { place: one.index }));
    case 'set':
      return value.members.map((one) => row(one));
    case 'zset':
      return value.members.map(({ rank, score, member }) => row(member, { place: rank, score }));
    case 'stream':
      return value.entries.flatMap(({ id, fields }) =>
        fields.map((one) => row(one.value, { place: id, field: one.field.text })),
      );
    case 'string': {
      const shown = value.text ?? value.base64 ?? '***';
      const bytes = value.format === 'hidden' ? (length ?? 0) : value.bytes;
      return [{ place: value.offset, score: null, field: null, value: shown, bytes }];
    }
    default:
      return [];
  }
}

/** What the key is, and the page of its value. */
export function keyText(report: KeysGetReport, terminal: Terminal): string {
  const { chalk, width } = terminal;
  const facts = wrap(factsOf(report).join(' · '), width);
  return [chalk.bold(report.key), ...facts.map((line) => chalk.dim(line)), '', ...valueLines(report, terminal)].join(
    '\n',
  );
}

/** More of an element than a table has room for, and little enough to be laid out at once. */
const MOST_IN_A_CELL = 1000;

function inBrief(row: ElementRow): ElementRow {
  const brief = (text: string) => (text.length > MOST_IN_A_CELL ? `${text.slice(0, MOST_IN_A_CELL)}…` : text);
  return { ...row, value: brief(row.value), field: row.field === null ? null : brief(row.field) };
}

/** The same for Markdown: a table, or the text in a block of its own. */
export function keyMarkdown(report: KeysGetReport): string {
  const { value } = report;
  const head = [`**${markdownText(report.key)}**  `, markdownText(factsOf(report).join(' · ')), ''];
  if (value.kind === 'other') return [...head, ...valueLines(report, NOWHERE)].join('\n');
  if (value.kind !== 'string') return [...head, renderMarkdown(elementRows(report), COLUMNS[value.kind])].join('\n');
  const text = stringLines(value, NOWHERE).join('\n');
  // A block ends with as many backticks as it began with: more than the text has in a row.
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return [...head, `${fence}${value.format === 'json' ? 'json' : ''}`, text, fence].join('\n');
}

const NOWHERE: Terminal = { chalk: new Chalk({ level: 0 }), width: Number.POSITIVE_INFINITY };

function factsOf(report: KeysGetReport): string[] {
  const { type, encoding, idleSeconds, length } = report;
  return [
    ownerText(report),
    encoding === null ? printable(type) : `${printable(type)} (${encoding})`,
    ...(length === null ? [] : [lengthText(type, length)]),
    `${size(report.bytes)} of memory`,
    report.ttlSeconds === null ? 'never expires' : `expires in ${report.ttl}`,
    ...(idleSeconds === null ? [] : [`unused for ${age(idleSeconds)}`]),
  ];
}

function ownerText({ owner, company }: KeysGetReport): string {
  if (company === null) return owner === 'rcm' ? "this tool's own key" : "no company's key";
  const { companyId, companyName } = company;
  return printable(companyName === null ? `company ${companyId}` : `${companyName} (${companyId})`);
}

const UNITS: Record<string, [one: string, many: string]> = {
  hash: ['field', 'fields'],
  stream: ['entry', 'entries'],
  set: ['member', 'members'],
  zset: ['member', 'members'],
  string: ['byte', 'bytes'],
};

function lengthText(type: string, length: number): string {
  const [one, many] = UNITS[type] ?? ['element', 'elements'];
  return `${count(length)} ${length === 1 ? one : many}`;
}

function valueLines(report: KeysGetReport, terminal: Terminal): string[] {
  const { value } = report;
  if (value.kind === 'string') return stringLines(value, terminal);
  if (value.kind === 'other') return [`Values of type ${printable(report.type)} are not shown.`];
  const rows = elementRows(report).map(inBrief);
  const lines = rows.length === 0 ? ['(nothing)'] : [renderTable(rows, COLUMNS[value.kind], terminal)];
  if (value.kind !== 'stream') return lines;
  const groups = value.groups.map(
    ({ name, consumers, pending, lastDeliveredId, lag }) =>
      `Group ${name}: ${count(consumers)} ${consumers === 1 ? 'consumer' : 'consumers'}, ${count(pending)} pending, delivered up to ${lastDeliveredId}${lag === null ? '' : `, ${count(lag)} to come`}`,
  );
  return groups.length === 0 ? lines : [...lines, '', ...groups];
}

function stringLines(value: Extract<ShownValue, { kind: 'string' }>, { chalk }: Terminal): string[] {
  if (value.format === 'hidden') return [chalk.dim('***')];
  if (value.base64 !== null) return hexDump(Buffer.from(value.base64, 'base64'), value.offset);
  const lines = (value.text ?? '').split(/\r?\n/).map((line) => printable(line.replaceAll('\t', '    ')));
  return value.format === 'json' ? lines.map((line) => colorJson(line, chalk)) : lines;
}
