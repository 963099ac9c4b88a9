// Imports go one way (docs/architecture.md): cli → core/services → core/redis, core/store → core/domain.
// Type imports count too (tsPreCompilationDeps).
const forbid = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: to },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    forbid(
      'domain-is-the-ground',
      '^src/core/domain/',
      '^src/(?!core/domain/|core/errors\\.ts)',
      'the rules know nothing of I/O',
    ),
    forbid('redis-knows-only-rules', '^src/core/redis/', '^src/(cli|client|demo|core/(services|store|notify))/', ''),
    forbid('store-knows-only-rules', '^src/core/store/', '^src/(cli|client|demo|core/(services|redis|notify))/', ''),
    forbid('backup-knows-only-rules', '^src/core/backup/', '^src/(cli|client|demo|core/(services|redis|store))/', ''),
    forbid(
      'notify-knows-only-rules',
      '^src/core/notify/',
      '^src/(cli|client|demo|core/(services|redis|store|backup))/',
      '',
    ),
    forbid('engines-apart', '^src/core/store/mongo/', '^src/core/store/sqlite/', ''),
    forbid('engines-apart-too', '^src/core/store/sqlite/', '^src/core/store/mongo/', ''),
    forbid('services-below-cli', '^src/core/services/', '^src/(cli|client|demo)/', ''),
    forbid(
      'client-is-small',
      '^src/client/',
      '^src/(cli/|demo/|core/(services/|store/|notify/|config))',
      'an application that imports the client loads no oclif, mongoose, zod',
    ),
    forbid('demo-below-cli', '^src/demo/', '^src/cli/', ''),
    forbid(
      'core-knows-no-oclif',
      '^src/(core|client|demo)/',
      'node_modules/(@oclif|chalk|cli-table3|log-update|@inquirer)',
      '',
    ),
    forbid('client-loads-little', '^src/(client|core/(domain|redis))/', 'node_modules/(zod|mongoose|libsql)', ''),
    forbid('views-are-pure', '^src/cli/views/', '^src/core/(redis|store|services)/(?!.*(report|types|schemas))', ''),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
