/**
 * The value of KEYS[1], a company's pending key, is `STARTED` (server milliseconds: when the interval began),
 * `STARTED:waiting` or `STARTED:running:TOKEN`.
 */
const PRELUDE = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local value = redis.call('GET', KEYS[1])
local started, state
if value then
  started, state = string.match(value, '^(%d+):?(%a*)')
  started = tonumber(started)
end
local function run(token)
  local mine = string.format('%.0f:running:%s', now, token)
  redis.call('SET', KEYS[1], mine, 'PX', ARGV[3])
  return {1, mine}
end
`;

/**
 * ARGV: interval in ms, token, ms to keep a mark. A config update is wanted: {1, value} to run it now; {0, ms} it was
 * marked and runs in so many milliseconds.
 */
export const REQUEST_UPDATE_LUA = `${PRELUDE}
local interval = tonumber(ARGV[1])
if not started or now - started >= interval or now < started then return run(ARGV[2]) end
redis.call('SET', KEYS[1], string.format('%.0f:waiting', started), 'PX', ARGV[3])
return {0, started + interval - now}
`;

/**
 * ARGV as above, and the ms after which a run is taken for dead. Takes what waits: {1, value} to run it now; {0, ms} it may
 * be run in so many milliseconds; {0, -1} nothing waits.
 */
export const CLAIM_UPDATE_LUA = `${PRELUDE}
if not started or state == '' then return {0, -1} end
local interval = tonumber(ARGV[1])
if state == 'running' then interval = math.max(interval, tonumber(ARGV[4])) end
if now - started >= interval or now < started then return run(ARGV[2]) end
return {0, started + interval - now}
`;

/** ARGV: the value of the run, ms that are left of its interval. The run has ended: nothing waits unless it was marked meanwhile. */
export const END_UPDATE_LUA = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if tonumber(ARGV[2]) <= 0 then return redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[1], string.match(ARGV[1], '^%d+'), 'PX', ARGV[2])
return 1
`;
