import type { PlatformCollections } from '../platform-collections.js';
import type { Store } from '../store.js';
import { activityRepository } from './activity.js';
import { companyRepository } from './companies.js';
import { connectMongo, type MongoTimeouts } from './connect.js';
import { counterHourRepository } from './counter-hours.js';
import { diagnoseMongo } from './diagnose.js';
import { fixRepository } from './fixes.js';
import { issueRepository } from './issues.js';
import { modelsOf } from './models.js';
import { notificationRepository } from './notifications.js';
import { policyRepository } from './policies.js';
import { pricingRepository } from './pricing.js';
import { snapshotRepository } from './snapshots.js';
import { usageRepository } from './usage.js';

/**
 * The store in the platform's MongoDB. Connects at once; `close` ends the connection.
 * @throws RCM_MONGODB_UNREACHABLE, RCM_MONGODB_FAILED, RCM_URL_INVALID
 */
export async function openMongoStore(
  uri: string,
  collections: PlatformCollections,
  timeouts?: MongoTimeouts,
): Promise<Store> {
  const mongo = await connectMongo(uri, timeouts);
  const models = modelsOf(mongo.connection);
  return {
    engine: 'mongodb',
    location: mongo.location,
    pricing: pricingRepository(mongo, models),
    policies: policyRepository(mongo, models),
    activity: activityRepository(mongo, models),
    counterHours: counterHourRepository(mongo, models),
    snapshots: snapshotRepository(mongo, models),
    fixes: fixRepository(mongo, models),
    issues: issueRepository(mongo, models),
    notifications: notificationRepository(mongo, models),
    companies: companyRepository(mongo, collections.companies),
    usage: usageRepository(mongo, models, collections),
    diagnose: () => mongo.run(() => diagnoseMongo(mongo, models, collections)),
    close: () => mongo.connection.close(),
  };
}
