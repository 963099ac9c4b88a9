import { issueId, issueKeyOf, SEVERITIES, type Severity } from '../../domain/issue.js';
import { CLAIM_MS, type ToldState } from '../../domain/notify/change.js';
import { checkStored, SHAPES } from '../shapes.js';
import type { NotificationRepository } from '../store.js';
import type { Mongo } from './connect.js';
import { isDuplicateKey } from './errors.js';
import { indexOnce } from './indexes.js';
import type { Models, NotificationDoc } from './models.js';

/** An issue that a target was told of has one of these, or none when it is over. */
const BELIEFS: readonly (Severity | null)[] = [null, ...SEVERITIES];

/** What each target was told: one document per target and issue. A claim is one atomic update of each document. */
export function notificationRepository(mongo: Mongo, { notification: model }: Models): NotificationRepository {
  const makeIndexes = indexOnce(model);
  const idOf = (target: string, issue: string) => JSON.stringify([target, issue]);
  const fromDoc = ({ issue, severity, toldAt }: NotificationDoc): ToldState =>
    checkStored(SHAPES.told, { ...issueKeyOf(issue), severity, toldAt }, `notification of ${issue}`, mongo.location);

  /** Documents for what the target was never told of, so that they can be claimed. */
  const makeMissing = async (target: string, issues: readonly string[]): Promise<void> => {
    const $in = issues.map((issue) => idOf(target, issue));
    const there = await model.find({ _id: { $in } }, { _id: 1 }).lean<{ _id: string }[]>();
    const known = new Set(there.map((doc) => doc._id));
    const docs = issues
      .map((issue): NotificationDoc => {
        const untold = { severity: null, toldAt: null, claimedBy: null, claimedAt: null };
        return { _id: idOf(target, issue), target, issue, ...untold };
      })
      .filter((doc) => !known.has(doc._id));
    if (docs.length === 0) return;
    await model.insertMany(docs, { ordered: false }).catch((error: unknown) => {
      // Another run was faster: then they are there.
      if (!isDuplicateKey(error)) throw error;
    });
    await makeIndexes();
  };

  return {
    list: (target) =>
      mongo.run(async () => {
        const docs = await model.find({ target }).lean<NotificationDoc[]>();
        return docs.sort((a, b) => Buffer.compare(Buffer.from(a.issue), Buffer.from(b.issue))).map(fromDoc);
      }),
    claim: (target, run, claims, at) =>
      mongo.run(async () => {
        if (claims.length === 0) return [];
        await makeMissing(target, claims.map(issueId));
        const stale = new Date(at.getTime() - CLAIM_MS);
        const ahead = new Date(at.getTime() + CLAIM_MS);
        for (const severity of BELIEFS) {
          const $in = claims
            .filter((claim) => claim.believed === severity)
            .map((claim) => idOf(target, issueId(claim)));
          if ($in.length === 0) continue;
          await model.updateMany(
            {
              _id: { $in },
              severity,
              $or: [{ claimedBy: null }, { claimedAt: { $lte: stale } }, { claimedAt: { $gte: ahead } }],
            },
            { $set: { claimedBy: run, claimedAt: at } },
          );
        }
        const held = await model.find({ target, claimedBy: run }, { issue: 1 }).lean<{ issue: string }[]>();
        const got = new Set(held.map((doc) => doc.issue));
        return claims.filter((claim) => got.has(issueId(claim)));
      }),
    settle: (target, run, settlements, at) =>
      mongo.run(async () => {
        for (const severity of BELIEFS) {
          const told = settlements.filter((settlement) => settlement.severity === severity);
          if (told.length === 0) continue;
          await model.updateMany(
            { _id: { $in: told.map((one) => idOf(target, issueId(one))) }, claimedBy: run },
            { $set: { severity, toldAt: at, claimedBy: null, claimedAt: null } },
          );
        }
      }),
    release: (target, run) =>
      mongo.run(async () => {
        await model.updateMany({ target, claimedBy: run }, { $set: { claimedBy: null, claimedAt: null } });
      }),
  };
}
