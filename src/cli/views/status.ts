import type { CompanyView } from '../../core/domain/company-view.js';

/** e.g. `🟢 healthy` */
export function statusLabel({ status }: CompanyView): string {
  return `${status.icon} ${status.code}`;
}
