import { describe, expect, it } from 'vitest';
import { lineChart } from '../../../../../src/cli/views/report/chart/line-chart.js';
import { Html, html } from '../../../../../src/cli/views/report/html.js';
import { htmlTable } from '../../../../../src/cli/views/report/table.js';

describe('html', () => {
  it('takes every value for text but HTML itself', () => {
    const evil = `<a href="x" onclick='y'>&amp;`;
    expect(html`<p title="${evil}">${evil}</p>`.text).toBe(
      '<p title="&lt;a href=&quot;x&quot; onclick=&#39;y&#39;&gt;&amp;amp;">&lt;a href=&quot;x&quot; onclick=&#39;y&#39;&gt;&amp;amp;</p>',
    );
    expect(html`${[html`<i>1</i>`, 2, null, undefined, false, '\u0000']}`.text).toBe('<i>1</i>2\\x00');
    expect(html`${new Html('<b>')}`.text).toBe('<b>');
  });

  it('cells keep what they are sorted by: the unknown is empty', () => {
    const { text } = htmlTable({
      ...{ id: 't', caption: 'c', heading: 'name' },
      rows: [
        { name: '<x>', cost: 1.234567 },
        { name: 'y', cost: null },
      ],
      columns: [
        { name: 'name', header: 'Name', value: (row) => row.name },
        {
          name: 'cost',
          header: 'Cost',
          value: (row) => row.cost,
          text: (row) => `$${row.cost?.toFixed(2)}`,
          align: 'right',
        },
      ],
    });
    expect(text).toContain('<th scope="row">&lt;x&gt;</th><td class="n" data-value="1.234567">$1.23</td>');
    expect(text).toContain('<td class="n" data-value="">—</td>');
  });
});

describe('line chart', () => {
  const chart = (values: (number | null)[]) =>
    lineChart({
      ...{ id: 'i', title: 't', description: 'd', scale: 'percent' as const, target: 95 },
      lines: [
        {
          label: 'l',
          points: values.map((value, day) => ({
            at: new Date(Date.UTC(2026, 2, 1 + day)),
            value,
            text: String(value),
          })),
        },
      ],
      tick: String,
    }).text;

  it('a gap begins the line anew, at the height of its value', () => {
    const path = / d="([^"]*)"/.exec(chart([90, 100, null, 80, 90]))?.[1] as string;
    // 70 to 100 on 12 to 212 from the top; five days on 62 to 504.
    expect(path).toBe('M62,78.7L172.5,12M393.5,145.3L504,78.7');
    expect(chart([90, 100, null, 80, 90])).toContain('y1="45.3"');
  });

  it('says that nothing is known', () => {
    expect(chart([null, null])).toContain('Nothing is known');
  });
});
