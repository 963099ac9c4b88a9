/** KEYS[1]: the lease; ARGV[1]: the holder's token. Removes the lease only while it is the holder's: 1, else 0. */
export const RELEASE_LEASE_LUA = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`;

/** As above, but prolongs the lease to ARGV[2] milliseconds from now. */
export const RENEW_LEASE_LUA = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
`;
