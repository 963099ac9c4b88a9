import { Chalk } from 'chalk';
import { parse } from 'csv-parse/sync';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { Column } from '../../../../src/cli/table/column.js';
import { renderCsv, renderMarkdown, renderNdjson, renderTable } from '../../../../src/cli/table/render.js';

interface Row {
  name: string;
  cost: number | null;
  orphan?: boolean;
}
const NAME: Column<Row> = { name: 'name', header: 'Company', value: (r) => r.name, shrinks: true };
const COST: Column<Row> = {
  name: 'cost',
  header: 'Cost',
  value: (r) => r.cost,
  text: (r) => `$${r.cost?.toFixed(2)}`,
  align: 'right',
};
const ORPHAN: Column<Row> = { name: 'orphan', header: 'Orphan', value: (r) => r.orphan ?? null };
const plain = (width: number) => ({ chalk: new Chalk({ level: 0 }), width });
const table = (rows: Row[], width = Number.POSITIVE_INFINITY) =>
  renderTable(rows, [NAME, COST], plain(width)).split('\n');

describe('renderTable', () => {
  it('aligns its columns, and shows unknown as a dash', () => {
    expect(
      table([
        { name: 'Royal Plumbing', cost: 4.22 },
        { name: 'acme', cost: null },
      ]),
    ).toEqual(['Company          Cost', 'Royal Plumbing  $4.22', 'acme                —']);
  });

  it('cuts in the middle what both ends tell apart', () => {
    const key: Column<Row> = { ...NAME, header: 'Key', shrinks: 'middle' };
    const at = (name: string, width: number) => renderTable([{ name, cost: 1 }], [key], plain(width)).split('\n')[1];
    expect(at('company:68e3f77a:scenario:702', 21)).toBe('company:68…enario:702');
    expect(at('company:12:a', 12)).toBe('company:12:a');
    // Letters of two columns are not halved.
    expect(at('名前名前名前名前', 10)).toBe('名前…名前');
  });

  it('is a block a row where it is wider than the terminal, however much is cut', () => {
    const rows = [
      { name: 'Royal Plumbing', cost: 1234.5, orphan: true },
      { name: 'a', cost: null, orphan: false },
    ];
    const at = (width: number) => renderTable(rows, [NAME, COST, ORPHAN], plain(width)).split('\n');
    // 8 of the name, 8 of the cost, 6 of the orphan, and two gaps.
    expect(at(26)).toEqual(['Company       Cost  Orphan', 'Royal P…  $1234.50  true', 'a                —  false']);
    expect(at(25)).toEqual([
      'Royal Plumbing',
      '  Cost    $1234.50',
      '  Orphan  true',
      'a',
      '  Cost    —',
      '  Orphan  false',
    ]);
    for (const line of at(18)) expect(stringWidth(line)).toBeLessThanOrEqual(18);
  });

  it('has a header alone where there is no row', () => {
    expect(table([])).toEqual(['Company  Cost']);
  });

  it.each([
    ['Latin', 'Royal Plumbing and Heating of Northern Somewhere'],
    ['wide', '株式会社ロイヤル配管工事サービス東京本社'],
    ['emoji', '🔧🚿🛁🚽🔩🧰🔧🚿🛁🚽🔩🧰'],
    ['joined emoji', '👩‍🔧👨‍👩‍👧👩‍🔧👨‍👩‍👧👩‍🔧👨‍👩‍👧👩‍🔧👨‍👩‍👧👩‍🔧👨‍👩‍👧👩‍🔧👨‍👩‍👧'],
    ['flags', '🇩🇪🇫🇷🇯🇵🇩🇪🇫🇷🇯🇵🇩🇪🇫🇷🇯🇵🇩🇪🇫🇷🇯🇵'],
    ['combining', 'e\u0301'.repeat(40)],
  ])('fits the width with a %s name, cut between characters, and stays aligned', (_, name) => {
    const lines = table(
      [
        { name, cost: 1 },
        { name: 'acme', cost: 22 },
      ],
      24,
    );
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('…');
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(24);
    // The last column is aligned to the right: every line ends at the same place.
    expect(new Set(lines.map((line) => stringWidth(line))).size).toBe(1);
    expect(name.startsWith(lines[1]?.slice(0, lines[1].indexOf('…')) as string)).toBe(true);
  });

  it('never cuts what may not shrink, nor below eight', () => {
    const lines = table([{ name: 'a name that is long', cost: 1_234_567 }], 21);
    expect(lines[1]).toBe('a name …  $1234567.00');
  });

  it('shows control characters instead of sending them to the terminal', () => {
    expect(table([{ name: 'a\u001b[31m\n\u009bx', cost: 1 }])[1]).toBe('a\\x1b[31m\\x0a\\x9bx  $1.00');
  });

  it('paints what is cut, not the other way round', () => {
    const painted = renderTable([{ name: 'a long long name', cost: 1 }], [NAME], plain(8), (text) => `<${text}>`);
    expect(painted.split('\n')[1]).toBe('<a long …>');
  });
});

describe('renderCsv', () => {
  it('writes raw values with a header; unknown is empty', () => {
    const rows = [
      { name: 'Royal Plumbing', cost: 4.2231, orphan: false },
      { name: 'acme', cost: null },
    ];
    expect(renderCsv(rows, [NAME, COST, ORPHAN])).toBe('name,cost,orphan\nRoyal Plumbing,4.2231,false\nacme,,\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('makes %j text for a spreadsheet', (name) => {
    const cells = parse(renderCsv([{ name, cost: 1 }], [NAME, COST])) as string[][];
    expect(cells[1]?.[0]).toBe(`'${name}`);
  });

  it('leaves negative numbers numbers', () => {
    expect(renderCsv([{ name: 'a', cost: -1.5 }], [NAME, COST])).toBe('name,cost\na,-1.5\n');
  });

  it('quotes what needs it, so that it is read back as it was', () => {
    const names = ['a,b', 'a "b"', 'a\nb', ' a ', 'é日😀', "'quoted'", ''];
    const text = renderCsv(
      names.map((name) => ({ name, cost: 1 })),
      [NAME, COST],
    );
    expect(text).toContain('"a ""b"""');
    expect((parse(text) as string[][]).slice(1).map(([name]) => name)).toEqual(names);
  });
});

describe('renderMarkdown', () => {
  it('writes a table that Markdown and HTML read as text', () => {
    const rows = [
      { name: 'a|b', cost: 1 },
      { name: '<b>&_x_ *y* `z` [l](u) ~s~ \\', cost: null },
      { name: 'two\nlines', cost: 2 },
    ];
    expect(renderMarkdown(rows, [NAME, COST]).split('\n')).toEqual([
      '| Company | Cost |',
      '| --- | ---: |',
      '| a\\|b | $1.00 |',
      '| &lt;b&gt;&amp;\\_x\\_ \\*y\\* \\`z\\` \\[l\\](u) \\~s\\~ \\\\ | — |',
      '| two\\\\x0alines | $2.00 |',
    ]);
  });
});

it('in Markdown a name tells nobody and refers to no issue', () => {
  const cells = ['@octo', '(@octo)', '#12', 'a #12', 'ann@host', 'C#7', 'x'].map((name) => ({ name, cost: 1 }));
  const text = renderMarkdown(cells, [NAME]);
  expect(text).not.toMatch(/(^|\W)(@octo|#12)/);
  expect(text.replaceAll('\u200b', '')).toContain('| (@octo) |');
  for (const whole of ['| ann@host |', '| C#7 |']) expect(text).toContain(whole);
});

it('renderNdjson writes one object a line', () => {
  expect(renderNdjson([{ a: 1 }, { b: 'x\ny' }])).toBe('{"a":1}\n{"b":"x\\ny"}');
});
