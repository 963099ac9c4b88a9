/** Exit codes of the command line (DESIGN §7). */
export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  gateWarning: 5,
  gateCritical: 6,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Every error that this project raises on purpose: its code, and the exit code it ends a command with. docs/errors.md explains each. */
export const ERROR_CODES = {
  RCM_CONFIG_INVALID: EXIT.usage,
  RCM_CONFIG_UNREADABLE: EXIT.usage,
  RCM_USAGE: EXIT.usage,
  RCM_VALUE_INVALID: EXIT.usage,
  RCM_TEMPLATE_INVALID: EXIT.usage,
  RCM_COMPANY_ID_INVALID: EXIT.usage,
  RCM_URL_INVALID: EXIT.usage,
  RCM_IMPORT_INVALID: EXIT.usage,
  RCM_PRICE_LIST_INVALID: EXIT.usage,
  RCM_TRACE_INVALID: EXIT.usage,
  RCM_OUTPUT_UNWRITABLE: EXIT.usage,
  RCM_REDIS_NOT_CONFIGURED: EXIT.usage,
  RCM_REDIS_UNREACHABLE: EXIT.unreachable,
  RCM_REDIS_AUTH: EXIT.unreachable,
  RCM_REDIS_PROTOCOL: EXIT.unreachable,
  RCM_REDIS_TIMEOUT: EXIT.unreachable,
  RCM_REDIS_FORBIDDEN: EXIT.unreachable,
  RCM_REDIS_FAILED: EXIT.unreachable,
  RCM_MONGODB_UNREACHABLE: EXIT.unreachable,
  RCM_MONGODB_FAILED: EXIT.unreachable,
  RCM_STORE_UNAVAILABLE: EXIT.unreachable,
  RCM_STORE_DAMAGED: EXIT.unreachable,
  RCM_SNAPSHOT_MISSING: EXIT.unreachable,
  RCM_PRICE_LIST_UNREACHABLE: EXIT.unreachable,
  RCM_BACKUP_INVALID: EXIT.usage,
  RCM_BACKUP_FAILED: EXIT.unreachable,
  RCM_BACKUP_EXISTS: EXIT.refused,
  RCM_COMPANY_NOT_FOUND: EXIT.refused,
  RCM_COMPANY_AMBIGUOUS: EXIT.refused,
  RCM_KEY_NOT_FOUND: EXIT.refused,
  RCM_CHANGE_NOT_FOUND: EXIT.refused,
  RCM_ISSUE_NOT_FOUND: EXIT.refused,
  RCM_FIX_NOT_FOUND: EXIT.refused,
  RCM_NOT_CONFIRMED: EXIT.refused,
  RCM_CONFLICT: EXIT.refused,
  RCM_NOT_APPLICABLE: EXIT.refused,
  RCM_DEMO_UNAVAILABLE: EXIT.unreachable,
} as const satisfies Record<string, ExitCode>;
export type ErrorCode = keyof typeof ERROR_CODES;

/** An error with its code, what to do next, and the exit code a command ends with. Never carries a secret. */
export class RcmError extends Error {
  override readonly name = 'RcmError';
  readonly code: ErrorCode;
  readonly hint: string;

  /**
   * @param message what happened, to what: one line
   * @param hint what to do next: one line
   */
  constructor(code: ErrorCode, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }

  get exitCode(): ExitCode {
    return ERROR_CODES[this.code];
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
