import { withoutFloatNoise } from '../float.js';
import type { Limits } from './check.js';

/** `min`: what is under the limit breaches it; `max`: what is over it; `below`: what reaches it. */
export type Bound = 'min' | 'max' | 'below';

export type Level = 'pass' | 'warning' | 'critical';

/** What a measured value is, by its limits. Noise of binary fractions breaches nothing. */
export function levelOf(value: number, { warning, critical }: Limits, bound: Bound): Level {
  const clean = withoutFloatNoise(value);
  const breaches = (limit: number | null) => limit !== null && breach(clean, limit, bound);
  return breaches(critical) ? 'critical' : breaches(warning) ? 'warning' : 'pass';
}

function breach(value: number, limit: number, bound: Bound): boolean {
  return bound === 'min' ? value < limit : bound === 'max' ? value > limit : value >= limit;
}

/** The limit that decided; for what passed, the first that would not have let it. */
export function limitAt({ warning, critical }: Limits, level: string): number | null {
  return level === 'critical' ? critical : (warning ?? critical);
}

const NUMBER = /^(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** How the limits of one rule may be written. */
export interface LimitForm {
  bound: 'min' | 'max';
  /** Signs that may stand around the number. */
  prefix?: '$';
  suffix?: '%';
  most?: number;
}

/**
 * `CRITICAL`, `WARNING:CRITICAL` or `WARNING:`, as on the command line.
 * @throws Error saying what is wrong
 */
export function parseLimits(text: string, form: LimitForm): Limits {
  const parts = text.split(':').map((part) => part.trim());
  if (parts.length > 2) throw new Error(`'${text}' is no limit: write CRITICAL, WARNING:CRITICAL or WARNING:`);
  const [first = '', second] = parts;
  if (second === undefined) return limitsOf({ critical: parseLimit(first, form) }, form);
  return limitsOf(
    {
      warning: first === '' ? null : parseLimit(first, form),
      critical: second === '' ? null : parseLimit(second, form),
    },
    form,
  );
}

/** @throws Error where no limit is given, or the warning would never be reached before the critical level */
export function limitsOf({ warning = null, critical = null }: Partial<Limits>, { bound }: LimitForm): Limits {
  if (warning === null && critical === null) throw new Error('no limit is given');
  if (warning !== null && critical !== null && (bound === 'min' ? warning <= critical : warning >= critical))
    throw new Error(
      `the warning level (${warning}) must be ${bound === 'min' ? 'over' : 'under'} the critical one (${critical})`,
    );
  return { warning, critical };
}

/** One number, with or without its sign. @throws Error */
export function parseLimit(text: string, { prefix, suffix, most }: LimitForm): number {
  let bare = text.trim();
  if (prefix !== undefined && bare.startsWith(prefix)) bare = bare.slice(prefix.length);
  if (suffix !== undefined && bare.endsWith(suffix)) bare = bare.slice(0, -suffix.length);
  if (!NUMBER.test(bare)) throw new Error(`'${text}' is no number from 0 on`);
  const value = Number(bare);
  if (!Number.isFinite(value)) throw new Error(`'${text}' is too large`);
  if (most !== undefined && value > most) throw new Error(`'${text}' is over ${most}`);
  return value;
}
