/**
 * Packages that most runs never use, or that take long to set up (the emoji tables of string-width alone take a tenth of
 * a start), and what the sources import of them: functions and classes.
 */
const LAZY = {
  'cli-table3': ['default'],
  'csv-stringify/sync': ['stringify'],
  'log-update': ['createLogUpdate'],
  'string-width': ['default'],
  yaml: ['parse', 'parseDocument'],
};

const NAMESPACE = 'lazy';

/** For esbuild: import statements of these packages run them when what they export is first called. */
export const lazyPackages = {
  name: 'lazy-packages',
  setup(build) {
    build.onResolve({ filter: /^[a-z]/ }, ({ path, kind, resolveDir }) => {
      if (!Object.hasOwn(LAZY, path) || kind !== 'import-statement') return undefined;
      return { path, namespace: NAMESPACE, pluginData: { resolveDir } };
    });
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path, pluginData: { resolveDir } }) => ({
      contents: LAZY[path].map((name) => lazyExport(path, name)).join('\n'),
      resolveDir,
    }));
  },
};

/** esbuild runs a module that is required, not imported, when the call is reached: ES modules too. */
function lazyExport(path, name) {
  const load = `require('${path}')`;
  const real = name === 'default' ? `(${load}.default ?? ${load})` : `${load}.${name}`;
  return `let loaded_${name};
export ${name === 'default' ? 'default ' : ''}function ${name === 'default' ? 'lazy' : name}(...args) {
  loaded_${name} ??= ${real};
  return new.target ? new loaded_${name}(...args) : loaded_${name}(...args);
}`;
}
