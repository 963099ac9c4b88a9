import { displayBytes, KeyTemplates } from '../../redis/key-template.js';
import { NAMESPACE } from '../../redis/namespace.js';
import { companyNames } from '../company/names.js';
import type { Ports } from '../ports.js';
import type { KeysGetReport } from './get-report.js';

/** Whose a key is; the company's name where the durable state tells it. */
export async function ownerOf(ports: Ports, key: Buffer): Promise<Pick<KeysGetReport, 'owner' | 'company'>> {
  const binary = key.toString('latin1');
  if (binary.startsWith(NAMESPACE)) return { owner: 'rcm', company: null };
  const id = new KeyTemplates(ports.config.keyTemplates).match(binary);
  if (id === null) return { owner: 'nobody', company: null };
  const companyId = displayBytes(id);
  const companyName = (await companyNames(ports))(companyId);
  return { owner: 'company', company: { companyId, companyName } };
}
