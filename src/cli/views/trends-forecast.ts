import { formatBytes, formatDollars } from '../../core/domain/format.js';
import { FEWEST_VALUES } from '../../core/domain/trends/forecast.js';
import type { TrendForecast } from '../../core/services/trends/report.js';

const NAMES: Record<TrendForecast['what'], string> = {
  'cache budget': 'Cache budget',
  'storage budget': 'Storage budget',
  maxmemory: "Redis's maxmemory",
};

/** A forecast in a sentence: what stands where, how fast it moves, and when it is there. */
export function forecastText(forecast: TrendForecast): string {
  const { what, unit, current, limit, perDay, perDayLow, perDayHigh, values } = forecast;
  const amount = (value: number) => (unit === 'bytes' ? formatBytes(value) : formatDollars(value));
  const name = NAMES[what];
  if (limit === null) return `${name}: there is no limit`;
  const stand = `${name}: ${current === null ? 'unknown' : amount(current)} of ${amount(limit)}`;
  if (forecast.outcome === 'too few days')
    return `${stand}; too few days to foretell (${values} of at least ${FEWEST_VALUES} daily values)`;
  const signed = (value: number) => {
    const size = Math.abs(value);
    const text =
      unit === 'bytes' ? formatBytes(size) : `$${size < 0.005 && size > 0 ? size.toPrecision(2) : size.toFixed(2)}`;
    return `${value < 0 ? '-' : '+'}${text}`;
  };
  const pace =
    perDay === null || perDayLow === null || perDayHigh === null
      ? ''
      : `, ${signed(perDay)} a day (95 %: ${signed(perDayLow)} to ${signed(perDayHigh)})`;
  return `${stand}${pace}: ${outcomeText(forecast)}`;
}

function outcomeText({ outcome, at, earliest, latest }: TrendForecast): string {
  const no = earliest === null ? '' : `, at the earliest on ${day(earliest)}`;
  switch (outcome) {
    case 'expected': {
      const until = latest === null ? 'or later than a year' : `and ${day(latest)}`;
      return `reached about ${day(at)}${earliest === null ? '' : ` (95 %: between ${day(earliest)} ${until})`}`;
    }
    case 'beyond a year':
      return `not within a year${no}`;
    case 'not rising':
      return 'not rising';
    case 'uncertain':
      return `whether it rises cannot be told${no}`;
    case 'already reached':
      return 'reached already';
    default:
      return outcome;
  }
}

function day(date: Date | null): string {
  return date?.toISOString().slice(0, 10) ?? '—';
}
