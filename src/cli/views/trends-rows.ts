import { type Zone, zoneOf } from '../../core/domain/trends/zone.js';
import type { TrendsReport } from '../../core/services/trends/report.js';
import { printable } from '../table/column.js';
import { markdownText, renderCsv, renderMarkdown, renderNdjson } from '../table/render.js';
import { heading } from './trends.js';
import { type TrendRow, trendColumns } from './trends-figures.js';
import { forecastText } from './trends-forecast.js';

/** Every point of every series as a row. */
export function trendRows({ series }: TrendsReport): TrendRow[] {
  return series.flatMap(({ label, companyId, companyName, period, points }) =>
    points.map((point) => ({ series: label, companyId, companyName, period, ...point })),
  );
}

export function trendsCsv(report: TrendsReport): string {
  return renderCsv(trendRows(report), trendColumns(report.metrics));
}

export function trendsNdjson(report: TrendsReport): string {
  return renderNdjson(trendRows(report));
}

export function trendsMarkdown(report: TrendsReport): string {
  const zone = zoneOf(report.timeZone) as Zone;
  const warnings = report.warnings.map((warning) => `> ⚠ ${markdownText(printable(warning))}`);
  const forecasts = report.forecasts.map((forecast) => `- ${markdownText(printable(forecastText(forecast)))}`);
  return [
    markdownText(heading(report, zone)),
    ...(warnings.length > 0 ? ['', ...warnings] : []),
    '',
    renderMarkdown(trendRows(report), trendColumns(report.metrics)),
    ...(forecasts.length > 0 ? ['', ...forecasts, '', markdownText(`Method: ${report.forecastMethod}.`)] : []),
  ].join('\n');
}
