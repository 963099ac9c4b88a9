/** One megabyte and one gigabyte as every formula here means them (DESIGN §5): powers of 1024, in bytes. */
export const MB = 1024 ** 2;
export const GB = 1024 ** 3;

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A month is 30 days. */
export const MONTH_DAYS = 30;
export const MONTH_MS = MONTH_DAYS * DAY_MS;
