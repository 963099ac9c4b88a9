import { writingScript } from '../script.js';

/**
 * Shortens lifetimes, of a part of the keys when the time budget is used up before. Never lengthens one.
 * Input (no KEYS: they may lie in many slots of the one node that it runs on)
 *   ARGV[1] time budget, µs [2] 1: only keys without an end; then for each key: the key, the most milliseconds that it may live from now
 * Output [1] server µs [2] how many keys were dealt with [3…] for each of these: 1 changed, 0 left (gone, or shorter already)
 */
export const BOUND = writingScript(`
local call, pcall = redis.call, redis.pcall
local budget, start = tonumber(ARGV[1]), call('TIME')
local elapsed, reply, n = 0, {0, 0}, 0
for i = 3, #ARGV, 2 do
  local left, most = call('PTTL', ARGV[i]), tonumber(ARGV[i + 1])
  local done = 0
  if left == -1 or (ARGV[2] ~= '1' and left > most) then done = pcall('PEXPIRE', ARGV[i], ARGV[i + 1]) end
  if type(done) == 'table' then
    -- What was changed before must be told: the next request fails at once, with nothing done.
    if n == 0 then return done end
    break
  end
  n = n + 1
  reply[n + 2] = done
  if n % 16 == 0 then
    local now = call('TIME')
    elapsed = (now[1] - start[1]) * 1000000 + (now[2] - start[2])
    if elapsed >= budget then break end
  end
end
local now = call('TIME')
reply[1], reply[2] = (now[1] - start[1]) * 1000000 + (now[2] - start[2]), n
return reply
`);
