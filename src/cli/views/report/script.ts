/** What the page does beside being read: sorts its tables, filters its companies. Without it the tables stand as they are. */
export const SCRIPT = `(() => {
'use strict';
const collator = new Intl.Collator('en', { numeric: true });
const announce = (text) => { const live = document.getElementById('live'); if (live) live.textContent = text; };
const keyOf = (cell) => cell.dataset.sort ?? cell.dataset.value ?? cell.textContent;
const compare = (a, b, numeric) => numeric ? Number(a) - Number(b) : collator.compare(a, b);

for (const table of document.querySelectorAll('table.sortable')) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  heads.forEach((head, column) => {
    const numeric = head.classList.contains('n') || body.rows[0]?.cells[column]?.dataset.sort !== undefined;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const was = head.getAttribute('aria-sort');
      const first = head.classList.contains('n') ? 'descending' : 'ascending';
      const other = first === 'ascending' ? 'descending' : 'ascending';
      const order = was === first ? other : first;
      for (const one of heads) one.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', order);
      const sign = order === 'ascending' ? 1 : -1;
      const keyed = [...body.rows].map((row) => [keyOf(row.cells[column]), row]);
      keyed.sort(([a], [b]) => (a === '') !== (b === '') ? (a === '' ? 1 : -1) : sign * compare(a, b, numeric));
      const sorted = document.createDocumentFragment();
      for (const [, row] of keyed) sorted.append(row);
      body.append(sorted);
      announce(table.caption.textContent + ', sorted by ' + button.textContent + ', ' + order);
    });
  });
}

const tools = document.getElementById('tools');
const companies = document.getElementById('companies');
if (tools && companies) {
  const text = document.getElementById('filter');
  const status = document.getElementById('status');
  const count = document.getElementById('count');
  const column = [...companies.tHead.rows[0].cells].findIndex((head) => head.dataset.name === 'status');
  const statusOf = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
  const rows = [...companies.tBodies[0].rows].map((row) => ({ row, text: row.textContent.toLowerCase(), status: statusOf(row) }));
  const apply = () => {
    const words = text.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let shown = 0;
    for (const one of rows) {
      const fits = (status.value === '' || one.status === status.value) && words.every((word) => one.text.includes(word));
      one.row.hidden = !fits;
      if (fits) shown += 1;
    }
    count.textContent = shown.toLocaleString('en-US') + ' of ' + rows.length.toLocaleString('en-US') + ' companies';
  };
  text.addEventListener('input', apply);
  status.addEventListener('change', apply);
  tools.hidden = false;
  apply();
}
})();`;
