import type { DetectJudgement } from '../../domain/detect/judge.js';
import { type IssueKey, issueId } from '../../domain/issue.js';
import { messageOf, RcmError } from '../../errors.js';
import type { Store } from '../../store/store.js';

/** Since when each issue is known, this look noted. Noting may fail where reading works: then what others noted counts. */
export async function noteIssues(
  { issues, examined }: DetectJudgement,
  store: Store | RcmError,
  at: Date,
  warnings: string[],
): Promise<(issue: IssueKey) => Date | null> {
  if (store instanceof RcmError) return () => null;
  let states: Awaited<ReturnType<Store['issues']['list']>> = [];
  try {
    states = await store.issues.record({ seen: issues, examined, at });
  } catch (error) {
    states = await store.issues.list({ open: true }).catch(() => []);
    warnings.push(`Since when is not recorded, and partly unknown: ${messageOf(error)}`);
  }
  const first = new Map(states.map((state) => [issueId(state), state.firstSeen]));
  return (issue) => first.get(issueId(issue)) ?? null;
}
