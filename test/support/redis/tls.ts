import { join } from 'node:path';
import { execa } from 'execa';

/** Files (PEM) of a made-up authority, and of a certificate for localhost and 127.0.0.1 that it signed. */
export interface TlsFiles {
  ca: string;
  cert: string;
  key: string;
}

/** Makes a certificate authority and a server certificate in `dir`, valid for two days. Needs openssl. */
export async function makeTlsFiles(dir: string): Promise<TlsFiles> {
  const file = (name: string): string => join(dir, name);
  const openssl = (...args: string[]) => execa('openssl', args, { cwd: dir });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=Test CA');
  await openssl(
    ...['req', '-x509', ...newKey, '-keyout', 'redis.key', '-out', 'redis.crt', '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-addext', 'basicConstraints=critical,CA:FALSE'],
    ...['-CA', 'ca.crt', '-CAkey', 'ca.key'],
  );
  return { ca: file('ca.crt'), cert: file('redis.crt'), key: file('redis.key') };
}
