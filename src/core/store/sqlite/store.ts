import type { Store } from '../store.js';
import { activityRepository } from './activity.js';
import { companyRepository } from './companies.js';
import { counterHourRepository } from './counter-hours.js';
import { diagnoseSqlite } from './diagnose.js';
import { fixRepository } from './fixes.js';
import { issueRepository } from './issues.js';
import { notificationRepository } from './notifications.js';
import { openDatabase } from './open.js';
import { policyRepository } from './policies.js';
import { pricingRepository } from './pricing.js';
import { snapshotRepository } from './snapshots.js';
import { usageRepository } from './usage.js';

/**
 * The embedded store: one file, no server.
 * @throws RCM_STORE_UNAVAILABLE, RCM_STORE_DAMAGED
 */
export async function openSqliteStore(path: string): Promise<Store> {
  const db = await openDatabase(path);
  const companies = companyRepository(db);
  return {
    engine: 'sqlite',
    location: path,
    pricing: pricingRepository(db),
    policies: policyRepository(db),
    activity: activityRepository(db),
    counterHours: counterHourRepository(db),
    snapshots: snapshotRepository(db),
    fixes: fixRepository(db),
    issues: issueRepository(db),
    notifications: notificationRepository(db),
    companies,
    usage: usageRepository(db),
    diagnose: async () => diagnoseSqlite(path, await companies.list()),
    close: async () => db.close(),
  };
}
