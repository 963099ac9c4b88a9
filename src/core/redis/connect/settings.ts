/** How to reach a Redis. All of it is optional but one of url and sentinels. */
export interface RedisSettings {
  /** redis://, rediss:// (TLS), redis+sentinel:// (several hosts), unix:// or a path to a socket. */
  url?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  /** `auto` asks the server. */
  cluster: 'auto' | 'yes' | 'no';
  sentinels?: string[] | undefined;
  sentinelName?: string | undefined;
  sentinelPassword?: string | undefined;
  tls?:
    | {
        ca?: string | undefined;
        cert?: string | undefined;
        key?: string | undefined;
        servername?: string | undefined;
        rejectUnauthorized?: boolean | undefined;
      }
    | undefined;
  connectTimeoutMs: number;
  commandTimeoutMs: number;
  /** Where scans read: `replica` insists on one, `auto` takes one where there is one, `primary` never does. */
  readFrom: 'auto' | 'replica' | 'primary';
}
