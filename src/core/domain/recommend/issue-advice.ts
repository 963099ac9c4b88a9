import type { DetectedIssue, IssueCode, ManualFix } from '../detect/issue.js';
import { formatPercent } from '../format.js';
import { lastWord } from '../shell-word.js';
import { type Advice, adviceId, type Effort, type Risk, type Touched } from './advice.js';
import type { FixEffect } from './fix-effect.js';

/** What following the advice about an issue does to its impact. */
type Saves =
  /** All of it is saved. */
  | 'all'
  /** Some of it: the impact is an upper bound. */
  | 'at most'
  /** None of it: another figure is changed, not the cost. */
  | 'nothing'
  /** It cannot be told, or costs something that nobody knows. */
  | 'unknown';

interface Rule {
  saves: Saves;
  risk: Risk;
  touches: Touched[];
  /** What the risk is, and what the command does not do. */
  note: string;
}

/** Of each issue that `fix` repairs, what following it means (docs/recommend.md). */
const FIXED: Partial<Record<IssueCode, Rule & { removes?: true }>> = {
  CACHE_THRASHING: {
    saves: 'at most',
    risk: 'low',
    touches: ['lifetimes', 'queries'],
    note: 'Only the policy changes: it can be undone. Reads may be older than today by the new limits.',
  },
  EXCESSIVE_MEMORY: {
    saves: 'at most',
    risk: 'medium',
    removes: true,
    touches: ['lifetimes', 'memory'],
    note: 'The cache is removed (with a backup) and values live shorter for a time: the data itself must be repaired.',
  },
  LOW_CACHE_EFFICIENCY: {
    saves: 'all',
    risk: 'medium',
    removes: true,
    touches: ['lifetimes', 'memory', 'queries'],
    note: 'The cache is removed (with a backup); every read goes to the database from then on, which is reckoned in.',
  },
  ORPHANED_CACHE: {
    saves: 'all',
    risk: 'medium',
    removes: true,
    touches: ['lifetimes', 'memory', 'queries'],
    note: 'Its keys are removed (with a backup).',
  },
  MISSING_TTL: {
    saves: 'at most',
    risk: 'medium',
    touches: ['memory'],
    note: 'Keys that are not read again are gone when their time has passed; until then it can be undone.',
  },
};

/** What an issue that only people can repair asks for. */
const BY_HAND: Rule & { effort: Effort } = {
  saves: 'unknown',
  risk: 'medium',
  effort: 'minutes',
  touches: [],
  note: 'The command changes nothing: it shows where to begin.',
};

/**
 * The advice about one issue: its automatic fix, else what a person can do, with the command to begin with.
 * @param effect what the fix's policy would do, where that could be replayed
 */
export function issueAdvice(issue: DetectedIssue, effect?: FixEffect | undefined): Advice {
  const { code, companyId, companyName, autoFix } = issue;
  const fixed = FIXED[code];
  const what = { id: adviceId(code, companyId), companyId, companyName, code };
  if (autoFix.available && fixed !== undefined && !helpsNothing(code, effect)) {
    const { saves, touches, note } = fixed;
    const also = autoFix.additionalActions;
    const advice: Advice = {
      ...what,
      title: autoFix.action,
      ...savingOf(issue, saves),
      hitRateGain: code === 'CACHE_THRASHING' ? mostGain(issue) : null,
      // What is removed because of a guess may be wanted: an orphan that is still read, a cache that only looks too large.
      risk: fixed.removes && issue.confidence === 'low' ? 'high' : fixed.risk,
      effort: 'one command',
      confidence: issue.confidence,
      command: autoFix.command,
      why: [issue.summary, issue.impact.text, ...(also.length > 0 ? [`Also: ${also.join('; ')}`] : []), note],
      touches,
    };
    return effect === undefined ? advice : replayed(advice, effect);
  }
  const hand = byHand(issue);
  return effect === undefined ? { ...what, ...hand } : { ...what, ...hand, why: [...hand.why, noHelp(effect)] };
}

/** Points that a fix of the hit rate must bring to be advised. */
const LEAST_GAIN = 1;

/** Whether a fix that is there to raise the hit rate would not, as far as that could be replayed. */
function helpsNothing(code: IssueCode, effect: FixEffect | undefined): boolean {
  return code === 'CACHE_THRASHING' && effect !== undefined && gainOf(effect) < LEAST_GAIN;
}

function gainOf({ prediction: { before, after } }: Pick<FixEffect, 'prediction'>): number {
  return after - before;
}

function noHelp({ prediction: { before, after, reads } }: FixEffect): string {
  return `Its automatic fix would not help: replayed from ${reads.toLocaleString('en-US')} reads, the hit rate goes from ${formatPercent(before)} to ${formatPercent(after)}`;
}

function byHand(issue: DetectedIssue): Omit<Advice, 'id' | 'companyId' | 'companyName' | 'code'> {
  const { title, command, rule } = handling(issue);
  const why = [issue.summary, issue.impact.text, ...(issue.verdict === undefined ? [] : [issue.verdict])];
  return {
    title,
    ...savingOf(issue, rule.saves),
    hitRateGain: rule.saves === 'nothing' ? 0 : null,
    risk: rule.risk,
    effort: rule.effort,
    confidence: issue.confidence,
    command,
    why: [...why, rule.note],
    touches: rule.touches,
  };
}

function handling(issue: DetectedIssue): { title: string; command: string; rule: Rule & { effort: Effort } } {
  const { code, companyId, manualFixes } = issue;
  const look = companyId === null ? 'rcm detect' : `rcm detect ${lastWord(companyId)}`;
  if (code === 'COST_OVER_BUDGET' && issue.verdict?.startsWith('ACCEPTABLE')) {
    const raise = manualFixes.find(({ command }) => command?.startsWith('rcm budget set'));
    if (raise?.command)
      return {
        title: raise.text,
        command: raise.command,
        // To allow more, or to spend less: whatever saves is an alternative.
        rule: {
          saves: 'nothing',
          risk: 'low',
          effort: 'one command',
          touches: ['lifetimes', 'memory', 'queries'],
          note: 'It saves nothing: what the company may cost is made to fit what it brings.',
        },
      };
  }
  const permanent = manualFixes.find(({ when }) => when === 'permanent');
  const begin = beginning(code, manualFixes);
  const rule: Rule & { effort: Effort } =
    code === 'LARGE_KEYS' ? { ...BY_HAND, saves: 'at most', effort: 'code change', touches: ['memory'] } : BY_HAND;
  return {
    title: (permanent ?? begin)?.text ?? issue.summary,
    command: begin?.command ?? look,
    rule,
  };
}

/** What to run first. A budget that is not justified is not raised. */
function beginning(code: IssueCode, fixes: readonly ManualFix[]): ManualFix | undefined {
  const runnable = fixes.filter(({ command }) => command !== null);
  const usable = code === 'COST_OVER_BUDGET' ? runnable.filter((fix) => !raisesBudget(fix)) : runnable;
  return usable.find(({ when }) => when === 'immediate') ?? usable[0];
}

function raisesBudget({ command }: ManualFix): boolean {
  return command?.startsWith('rcm budget set') ?? false;
}

function savingOf({ impact }: DetectedIssue, saves: Saves): Pick<Advice, 'savingPerMonth' | 'atMost'> {
  if (saves === 'nothing') return { savingPerMonth: 0, atMost: false };
  if (saves === 'unknown') return { savingPerMonth: null, atMost: false };
  return { savingPerMonth: impact.costPerMonth, atMost: saves === 'at most' && impact.costPerMonth !== null };
}

/** At most the misses of keys that had been cached become hits: (100 − hit rate) × their share. */
function mostGain({ evidence }: DetectedIssue): number | null {
  const figure = (name: string): number | null => {
    const value = evidence.find((one) => one.name === name)?.value;
    return typeof value === 'number' ? value : null;
  };
  const [rate, share] = [figure('hitRatePercent'), figure('reMissPercent')];
  return rate === null || share === null ? null : ((100 - rate) * share) / 100;
}

/** A hit rate that a fix lowers by so many points makes it a high risk. */
const MUCH_LOWER = 10;

/** The same with what a replay tells in the place of what can be had at most. */
function replayed(advice: Advice, { prediction, saving }: FixEffect): Advice {
  const { before, after, low, high, reads } = prediction;
  const gain = gainOf({ prediction });
  const predicted = `Replayed from ${reads.toLocaleString('en-US')} reads, its policy takes the hit rate from ${formatPercent(before)} to ${formatPercent(after)} (95 % between ${formatPercent(low)} and ${formatPercent(high)})`;
  // Of other issues the money is that of the memory, which the model does not know.
  const money = advice.code === 'CACHE_THRASHING' && saving !== null ? { savingPerMonth: saving, atMost: false } : {};
  return {
    ...advice,
    ...money,
    hitRateGain: gain,
    risk: gain <= -MUCH_LOWER ? 'high' : advice.risk,
    why: [...advice.why.slice(0, -1), predicted, ...advice.why.slice(-1)],
  };
}
