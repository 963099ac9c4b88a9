import { writeFile } from 'node:fs/promises';
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
  // A request signed afterwards, because LibreSSL (macOS) cannot do both in one step.
  await openssl('req', '-new', ...newKey, '-keyout', 'redis.key', '-out', 'redis.csr', '-subj', '/CN=localhost');
  await writeFile(file('redis.ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const signing = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'redis.ext'];
  await openssl('x509', '-req', '-in', 'redis.csr', '-out', 'redis.crt', ...signing);
  return { ca: file('ca.crt'), cert: file('redis.crt'), key: file('redis.key') };
}
