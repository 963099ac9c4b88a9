// Writes what is generated from the code: the oclif manifest, README's command reference, the JSON Schemas and the
// completion for shells.
// With --check it changes nothing and fails when one of them is not current. Needs a build.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as z from 'zod';
import { activityReport, patternsReport } from '../dist/core/services/activity/report.js';
import { alertsReport } from '../dist/core/services/alerts/report.js';
import { budgetsReport, companyBudgetReport } from '../dist/core/services/budget/report.js';
import { checkReport } from '../dist/core/services/check/report.js';
import { clearReport } from '../dist/core/services/clear/report.js';
import { companiesReport } from '../dist/core/services/companies/report.js';
import { detectReport } from '../dist/core/services/detect/report.js';
import { doctorReport } from '../dist/core/services/doctor/report.js';
import { drillDownReport } from '../dist/core/services/drill-down/report.js';
import { fixListReport, fixReport, fixUndoReport } from '../dist/core/services/fix/report.js';
import { keysDeleteReport } from '../dist/core/services/keys/delete-report.js';
import { keysGetReport } from '../dist/core/services/keys/get-report.js';
import { keysListReport } from '../dist/core/services/keys/list-report.js';
import { notifyTestReport } from '../dist/core/services/notify/report.js';
import { observeReport } from '../dist/core/services/observe/report.js';
import { pricingHistoryReport } from '../dist/core/services/pricing/history-report.js';
import { priceList } from '../dist/core/services/pricing/list/format.js';
import { pricingChangeReport, pricingReport } from '../dist/core/services/pricing/report.js';
import { recommendReport } from '../dist/core/services/recommend/report.js';
import { platformReport } from '../dist/core/services/report/report.js';
import { restoreReport } from '../dist/core/services/restore/report.js';
import { snapshotReport } from '../dist/core/services/snapshot/report.js';
import { statsReport } from '../dist/core/services/stats/report.js';
import { trendsReport } from '../dist/core/services/trends/report.js';
import {
  companyTtlReport,
  ttlPoliciesReport,
  ttlPresetsReport,
  ttlPreviewReport,
  ttlSetReport,
} from '../dist/core/services/ttl/report.js';
import { bashCompletion } from './completion.mjs';

const require = createRequire(import.meta.url);
const check = process.argv.includes('--check');
const schemas = {
  activity: activityReport,
  'activity-patterns': patternsReport,
  alerts: alertsReport,
  check: checkReport,
  budgets: budgetsReport,
  clear: clearReport,
  companies: companiesReport,
  'company-budget': companyBudgetReport,
  detect: detectReport,
  doctor: doctorReport,
  'drill-down': drillDownReport,
  fix: fixReport,
  'fix-list': fixListReport,
  'fix-undo': fixUndoReport,
  'price-list': priceList,
  pricing: pricingReport,
  'pricing-change': pricingChangeReport,
  'keys-delete': keysDeleteReport,
  'keys-get': keysGetReport,
  'keys-list': keysListReport,
  'notify-test': notifyTestReport,
  observe: observeReport,
  'pricing-history': pricingHistoryReport,
  recommend: recommendReport,
  report: platformReport,
  restore: restoreReport,
  snapshot: snapshotReport,
  stats: statsReport,
  trends: trendsReport,
  'company-ttl': companyTtlReport,
  'ttl-policies': ttlPoliciesReport,
  'ttl-presets': ttlPresetsReport,
  'ttl-preview': ttlPreviewReport,
  'ttl-set': ttlSetReport,
};
const COMPLETION = 'completions/rcm.bash';
const generated = ['oclif.manifest.json', 'README.md', COMPLETION, ...Object.keys(schemas).map(schemaFile)];
const before = new Map(generated.map((file) => [file, existsSync(file) ? readFileSync(file, 'utf8') : null]));

oclif('manifest');
sortCommands();
oclif('readme', '--no-aliases', '--readme-path', 'README.md');
mkdirSync(dirname(COMPLETION), { recursive: true });
writeFileSync(COMPLETION, bashCompletion(JSON.parse(readFileSync('oclif.manifest.json', 'utf8'))));
for (const [name, type] of Object.entries(schemas)) schema(schemaFile(name), type);

const stale = generated.filter((file) => readFileSync(file, 'utf8') !== before.get(file));
if (check) {
  for (const file of stale) if (before.get(file) !== null) writeFileSync(file, before.get(file));
  if (stale.length > 0) {
    console.error(`Not current: ${stale.join(', ')}. Run: npm run build && npm run generate`);
    process.exit(1);
  }
  console.log(`Current: ${generated.join(', ')}`);
}

function oclif(...args) {
  execFileSync(process.execPath, [require.resolve('oclif/bin/run.js'), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, COLUMNS: '80', OCLIF_COLUMNS: '100' },
  });
}

/** oclif lists commands in the order in which their folders happened to be read. */
function sortCommands() {
  const manifest = JSON.parse(readFileSync('oclif.manifest.json', 'utf8'));
  const commands = Object.entries(manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(
    'oclif.manifest.json',
    JSON.stringify({ ...manifest, commands: Object.fromEntries(commands) }, null, 2),
  );
}

function schemaFile(name) {
  return `schemas/${name}.json`;
}

function schema(file, type) {
  mkdirSync(dirname(file), { recursive: true });
  // Dates are ISO strings by the time they are JSON.
  const json = z.toJSONSchema(type, {
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
    },
  });
  writeFileSync(file, `${JSON.stringify(json, null, 2)}\n`);
}
