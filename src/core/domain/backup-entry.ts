/** One key in a backup. */
export interface BackupEntry {
  key: Buffer;
  type: string;
  /** Milliseconds since the epoch; -1 when it never expires. */
  expiresAtMs: number;
  bytes: number;
  dump: Buffer;
}
