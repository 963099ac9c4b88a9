import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.js';
import { printable } from '../../table/column.js';

export default class CompaniesImport extends BaseCommand {
  static override summary = 'Tell rcm who the companies are, where there is no MongoDB to ask.';
  static override description =
    `Replaces the list of companies in the embedded store by the file's: companyId,companyName[,callsPerDay,minutesPerMonth,recordingBytes,storageBytes] with a header line. All or nothing: a file with a bad line changes nothing. Name all companies: keys of an id that is not in the list are an orphan's. Columns that are absent leave calls and storage, and so a part of the costs, unknown.`;
  static override examples = [
    {
      description: 'See what would be imported',
      command: '<%= config.bin %> companies import companies.csv --dry-run',
    },
    { description: 'Import it', command: '<%= config.bin %> companies import companies.csv' },
  ];
  static override args = { file: Args.string({ description: 'CSV file', required: true }) };
  static override flags = { 'dry-run': Flags.boolean({ description: 'check the file, change nothing' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(CompaniesImport);
    await this.withContext(flags, async (context) => {
      const { importCompanies, readCompaniesCsv } = await import('../../../core/services/companies/import.js');
      const { KeyTemplates } = await import('../../../core/redis/key-template.js');
      const list = await readCompaniesCsv(args.file, new KeyTemplates(context.loaded.config.keyTemplates));
      const n = `${list.companies.length} ${list.companies.length === 1 ? 'company' : 'companies'}`;
      if (flags['dry-run']) {
        process.stdout.write(`${n} would be imported from ${args.file}; nothing was changed.\n`);
        return;
      }
      const store = await context.store();
      const gone = await importCompanies(store, list, new Date());
      const told = gone.length === 0 ? '' : ` ${goneText(gone)}`;
      process.stdout.write(`${n} imported from ${args.file} into ${store.location}.${told}\n`);
    });
  }
}

/** The companies that the new list lacks: the first few by id. */
function goneText(ids: readonly string[]): string {
  const named = ids.slice(0, 3).map(printable).join(', ');
  const more = ids.length > 3 ? ` and ${ids.length - 3} more` : '';
  return `No longer listed: ${named}${more}. Keys that they have are an orphan's now.`;
}
