/** The same servers (there may be several: no URL parser takes those) and options, another database. */
export function withDatabase(uri: string, name: string): string {
  const [, servers = uri, given = '', options = ''] = /^([^/]+\/\/[^/?]+)\/?([^?]*)\??(.*)$/.exec(uri) ?? [];
  const parameters = new URLSearchParams(options);
  // Users live where the given URI says, not in the test's database.
  if (servers.includes('@') && !parameters.has('authSource')) parameters.set('authSource', given || 'admin');
  return `${servers}/${name}${parameters.size > 0 ? `?${parameters}` : ''}`;
}
