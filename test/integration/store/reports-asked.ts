// Opens a state file and prints, of each diagnostic report that Node was asked for, whether it left the network out, and
// at last whether later ones do: `reports-asked.ts STATE_FILE`.
import { openStore } from '../../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../../src/core/store/platform-collections.js';

const [stateFile = ''] = process.argv.slice(2);
const report = process.report as NodeJS.ProcessReport & { excludeNetwork: boolean };
const asked: boolean[] = [];
const getReport = report.getReport.bind(report);
report.getReport = (error) => {
  asked.push(report.excludeNetwork);
  return getReport(error);
};
await (await openStore({ stateFile, collections })).close();
console.log(JSON.stringify({ asked, later: report.excludeNetwork }));
