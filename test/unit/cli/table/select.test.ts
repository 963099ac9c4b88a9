import { describe, expect, it } from 'vitest';
import type { Column } from '../../../../src/cli/table/column.js';
import { selectColumns, selectRows } from '../../../../src/cli/table/select.js';

interface Row {
  name: string;
  cost: number | null;
  orphan: boolean | null;
}
const columns: Column<Row>[] = [
  { name: 'name', header: 'Name', value: (r) => r.name, fromWidth: 0 },
  { name: 'cost', header: 'Cost', value: (r) => r.cost, fromWidth: 90 },
  { name: 'orphan', header: 'Orphan', value: (r) => r.orphan },
];
const rows: Row[] = [
  { name: 'Royal Plumbing', cost: 4.5, orphan: false },
  { name: 'acme', cost: 10, orphan: true },
  { name: 'Zed', cost: null, orphan: null },
  { name: 'Élan', cost: 5, orphan: false },
];
const names = (selection: Parameters<typeof selectRows>[2]) => selectRows(rows, columns, selection).map((r) => r.name);
const filtered = (...filter: string[]) => names({ filter });

describe('filters', () => {
  it.each([
    ['cost>5', ['acme']],
    ['cost>=5', ['acme', 'Élan']],
    ['cost<5', ['Royal Plumbing']],
    ['cost<=5', ['Royal Plumbing', 'Élan']],
    ['cost=5', ['Élan']],
    ['cost=5.0', ['Élan']],
    ['cost != 5', ['Royal Plumbing', 'acme', 'Zed']],
    ['cost<-1', []],
    ['NAME=ACME', ['acme']],
    ['name~PLUMB', ['Royal Plumbing']],
    ['name = Royal Plumbing ', ['Royal Plumbing']],
    ['name!=acme', ['Royal Plumbing', 'Zed', 'Élan']],
    ['orphan=true', ['acme']],
    ['orphan=false', ['Royal Plumbing', 'Élan']],
    // Unknown passes nothing but != .
    ['orphan!=true', ['Royal Plumbing', 'Zed', 'Élan']],
    ['cost~5', ['Royal Plumbing', 'Élan']],
    ['name~=', []],
  ])('%s', (expression, kept) => {
    expect(filtered(expression)).toEqual(kept);
  });

  it('all have to pass', () => {
    expect(filtered('cost>4', 'orphan=false', 'name~plumb')).toEqual(['Royal Plumbing']);
  });

  it.each([
    ['colour=red', "There is no column 'colour'"],
    ['cost', "The filter 'cost' cannot be read"],
    ['=5', "The filter '=5' cannot be read"],
    ['cost>much', "The filter 'cost>much' compares with 'much', which is no number"],
    ['cost<', "The filter 'cost<' compares with '', which is no number"],
  ])('%s is refused', (expression, message) => {
    expect(() => filtered(expression)).toThrow(expect.objectContaining({ code: 'RCM_USAGE', message }));
  });
});

describe('sorting', () => {
  it('compares numbers as numbers, names as people do, unknown last in either direction', () => {
    expect(names({ sort: 'cost' })).toEqual(['Royal Plumbing', 'Élan', 'acme', 'Zed']);
    expect(names({ sort: '-cost' })).toEqual(['acme', 'Élan', 'Royal Plumbing', 'Zed']);
    expect(names({ sort: 'Name' })).toEqual(['acme', 'Élan', 'Royal Plumbing', 'Zed']);
    expect(names({ sort: '-orphan' })).toEqual(['acme', 'Royal Plumbing', 'Élan', 'Zed']);
  });

  it('comes before the limit, and after the filter', () => {
    expect(names({ sort: '-cost', limit: 1 })).toEqual(['acme']);
    expect(names({ sort: '-cost', limit: 9, filter: ['cost<6'] })).toEqual(['Élan', 'Royal Plumbing']);
  });

  it('leaves the rows that it was given in their order', () => {
    const before = [...rows];
    selectRows(rows, columns, { sort: 'name' });
    expect(rows).toEqual(before);
  });

  it('refuses an unknown column and names the nearest and all', () => {
    expect(() => names({ sort: '-cots' })).toThrow(
      expect.objectContaining({
        message: "There is no column 'cots'",
        hint: "Did you mean 'cost'? Columns: name, cost, orphan.",
      }),
    );
  });
});

describe('columns', () => {
  const shown = (asked: string | undefined, width: number) => selectColumns(columns, asked, width).map((c) => c.name);

  it('are those that the width has room for', () => {
    expect(shown(undefined, 80)).toEqual(['name']);
    expect(shown(undefined, 90)).toEqual(['name', 'cost']);
    expect(shown(undefined, Number.POSITIVE_INFINITY)).toEqual(['name', 'cost']);
  });

  it('are those asked for, in that order, at any width', () => {
    expect(shown('Orphan, name', 20)).toEqual(['orphan', 'name']);
    expect(() => shown('name,', 80)).toThrow("There is no column ''");
  });
});
