/** What counts the elements of a key, by type. */
export const LENGTH_COMMANDS: Readonly<Record<string, string>> = {
  hash: 'HLEN',
  list: 'LLEN',
  set: 'SCARD',
  zset: 'ZCARD',
  stream: 'XLEN',
};
