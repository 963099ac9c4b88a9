/** A tenant of the platform. */
export interface Company {
  /** An ObjectId is its hex. */
  companyId: string;
  companyName: string | null;
}

/** What one company used of the platform besides its cache. `null` means unknown, never zero. */
export interface CompanyUsage {
  /** Estimated bytes in MongoDB: documents × the collection's average document size, over the configured collections. */
  storageBytes: number | null;
  /** Calls, minutes and recording bytes of the last 30 days. */
  calls: number | null;
  minutes: number | null;
  recordingBytes: number | null;
}

/** Usage of every company, as of one reading. A company without a row used nothing, unless the part is in `unknown`. */
export interface PlatformUsage {
  measuredAt: Date;
  byCompany: Map<string, CompanyUsage>;
  /** Parts that are unknown for every company, with the reason; `failed` when reading failed, not when nothing is there to read. */
  unknown: { part: UsagePart; reason: string; failed: boolean }[];
}

export type UsagePart = 'storage' | 'calls';
