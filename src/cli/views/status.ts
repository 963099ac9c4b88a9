import type { CompanyView, PlatformStats } from '../../core/domain/company-view.js';

/** e.g. `🟢 healthy` */
export function statusLabel({ status }: CompanyView): string {
  return `${status.icon} ${status.code}`;
}

/** e.g. `🟢 7   🟡 3   🔴 2`; the unknown only where there are any. */
export function statusCounts({ healthy, warning, critical, unknown }: PlatformStats['companies']): string {
  return `🟢 ${healthy}   🟡 ${warning}   🔴 ${critical}${unknown > 0 ? `   ⚪ ${unknown}` : ''}`;
}
