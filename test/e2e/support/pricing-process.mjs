// A process of its own that changes prices and budgets through the built library.
// `once STORE_OPTIONS COMPANY LINE VALUE`: one budget. `forever STORE_OPTIONS`: changes of three settings each, until it is
// killed; says `ready` when the first is written.
import { applyPricing } from '../../../dist/core/services/pricing/change.js';
import { openStore } from '../../../dist/core/store/open-store.js';

const [mode, options, company, line, value] = process.argv.slice(2);
const store = await openStore(JSON.parse(options));
const author = () => ({ actor: `process ${process.pid}`, reason: 'a test', at: new Date() });
const custom = (companyId, name, amount) => ({
  setting: { kind: 'customBudget', companyId, line: name },
  value: amount,
});

async function change(edits) {
  const { version } = await store.pricing.get();
  return applyPricing({ store }, () => edits, author(), { version, basis: null }, false);
}

if (mode === 'once') await change([custom(company, line, Number(value))]);
else
  for (let n = 1; ; n += 1) {
    const amount = process.pid * 1000 + n;
    await change([
      { setting: { kind: 'price', provider: 'redis', name: 'baseServiceCost' }, value: amount },
      { setting: { kind: 'defaultBudget', line: 'calls' }, value: amount },
      custom('a.b', 'cache', n % 2 === 0 ? null : amount),
    ]);
    if (n === 1) process.stdout.write('ready\n');
  }
await store.close();
