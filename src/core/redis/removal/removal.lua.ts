import { readOnlyScript, writingScript } from '../script.js';

/**
 * Removes keys, a part of them when the time budget is used up before.
 * Input (no KEYS: they may lie in many slots of the one node that it runs on) ARGV[1] time budget, µs; ARGV[2…] keys
 * Output [1] server µs [2] how many keys were dealt with [3…] for each of these the bytes it held, -1 when it was gone
 */
export const REMOVE = writingScript(`
local call, pcall = redis.call, redis.pcall
local budget, start = tonumber(ARGV[1]), call('TIME')
local elapsed, reply = 0, {0, 0}
for i = 2, #ARGV do
  local bytes = pcall('MEMORY', 'USAGE', ARGV[i])
  local failure = type(bytes) == 'table' and bytes
  local removed = bytes and not failure and pcall('UNLINK', ARGV[i])
  failure = failure or (type(removed) == 'table' and removed)
  if failure then
    -- What was removed before must be told: the next request fails at once, with nothing done.
    if i == 2 then return failure end
    reply[2] = i - 2
    break
  end
  if removed == 1 then reply[i + 1] = bytes else reply[i + 1] = -1 end
  if i % 16 == 0 or i == #ARGV then
    local now = call('TIME')
    elapsed = (now[1] - start[1]) * 1000000 + (now[2] - start[2])
    if elapsed >= budget or i == #ARGV then
      reply[1], reply[2] = elapsed, i - 1
      break
    end
  end
end
return reply
`);

/** Lua: `expiryOf(key)`, in milliseconds since the epoch, -1 when it never expires. */
export const EXPIRY_LUA = `
-- Redis before 7.0 knows no PEXPIRETIME: what is told from a clock may be off by a millisecond or two.
local slack = 0
local function expiryOf(key)
  local at = redis.pcall('PEXPIRETIME', key)
  if type(at) == 'number' then return at end
  slack = 2
  local left = redis.call('PTTL', key)
  if left < 0 then return left end
  local now = redis.call('TIME')
  return now[1] * 1000 + math.floor(now[2] / 1000) + left
end
local function isSameExpiry(a, b)
  if a < 0 or b < 0 then return a == b end
  return math.abs(a - b) <= slack
end
`;

/**
 * Lua: `tooLarge(key, kind, bytes, maxBytes, maxElements)`, whether a key may not be read whole (0 is no limit), and how
 * many elements were looked at for that. The size of a key of several elements is measured element by element: five samples
 * can miss by any factor, and reading it costs more.
 */
export const TOO_LARGE_LUA = `
local lengths = {hash = 'HLEN', list = 'LLEN', set = 'SCARD', zset = 'ZCARD', stream = 'XLEN'}
local function tooLarge(key, kind, bytes, maxBytes, maxElements)
  if maxBytes > 0 and bytes > maxBytes then return true, 0 end
  local length = lengths[kind] and redis.call(lengths[kind], key) or 0
  if maxElements > 0 and length > maxElements then return true, 0 end
  return maxBytes > 0 and length > 5 and redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0') > maxBytes, length
end
`;

/**
 * Reads keys for a backup, a part of them when the time or size budget is used up before.
 * Input (no KEYS, as REMOVE) ARGV[1] time budget, µs; ARGV[2] most bytes of dumps; ARGV[3] largest bytes, ARGV[4] most
 * elements, of a key that may be read (0 = no limit); ARGV[5] longest DUMP that can be restored; ARGV[6…] keys
 * Output [1] server µs [2] how many keys were dealt with [3] for each its DUMP, empty when there is none
 *   [4] MessagePack: [types], [expiry in ms since the epoch, -1 never], [bytes; -1 gone, -2 too large]
 */
export const DUMP_KEYS = readOnlyScript(`${EXPIRY_LUA}${TOO_LARGE_LUA}
local call = redis.call
local budget, mostBytes = tonumber(ARGV[1]), tonumber(ARGV[2])
local maxBytes, maxElements, longest = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local start = call('TIME')
local dumps, types, expiries, sizes = {}, {}, {}, {}
local size, unseen, elapsed, done = 0, 0, 0, 0
for i = 6, #ARGV do
  local key = ARGV[i]
  local bytes = call('MEMORY', 'USAGE', key)
  local kind = bytes and call('TYPE', key).ok or 'none'
  done = done + 1
  dumps[done], types[done], expiries[done], sizes[done] = '', kind, -1, -1
  local large, looked = false, 0
  if bytes then large, looked = tooLarge(key, kind, bytes, maxBytes, maxElements) end
  unseen = unseen + 64 * looked
  if large then sizes[done] = -2
  elseif bytes then
    local dump = call('DUMP', key)
    if dump and #dump > longest then sizes[done] = -2
    elseif dump then
      dumps[done], expiries[done], sizes[done] = dump, expiryOf(key), bytes
      size, unseen = size + #dump, unseen + #dump
    end
  end
  -- Looking at the clock costs as much as a small key.
  if done % 8 == 0 or unseen > 65536 then
    local now = call('TIME')
    elapsed, unseen = (now[1] - start[1]) * 1000000 + (now[2] - start[2]), 0
    if elapsed >= budget or size >= mostBytes then break end
  end
end
local now = call('TIME')
elapsed = (now[1] - start[1]) * 1000000 + (now[2] - start[2])
return {elapsed, done, dumps, cmsgpack.pack({types, expiries, sizes})}
`);

/**
 * Removes keys that are still as they were read, value (by the checksum that ends every DUMP) and expiry: what was written
 * since stays.
 * Input (no KEYS, as REMOVE) ARGV[1] time budget, µs; then for each key: the key, the last 8 bytes of its DUMP, its expiry
 * Output [1] server µs [2] how many keys were dealt with [3…] for each: 1 removed, 0 gone before, 2 changed and left alone
 */
export const REMOVE_UNCHANGED = writingScript(`${EXPIRY_LUA}
local call, pcall, sub = redis.call, redis.pcall, string.sub
local budget, start = tonumber(ARGV[1]), call('TIME')
local elapsed, unseen, reply, n = 0, 0, {0, 0}, 0
for i = 2, #ARGV, 3 do
  local key = ARGV[i]
  local dump = pcall('DUMP', key)
  local fate = 2
  if type(dump) == 'table' then fate = dump
  elseif not dump then fate = 0
  elseif sub(dump, -8) == ARGV[i + 1] and isSameExpiry(expiryOf(key), tonumber(ARGV[i + 2])) then
    fate = pcall('UNLINK', key)
  end
  if type(fate) == 'table' then
    -- What was removed before must be told: the next request fails at once, with nothing done.
    if n == 0 then return fate end
    break
  end
  n = n + 1
  reply[n + 2] = fate
  unseen = unseen + (dump and #dump or 0)
  if n % 8 == 0 or unseen > 65536 then
    local now = call('TIME')
    elapsed, unseen = (now[1] - start[1]) * 1000000 + (now[2] - start[2]), 0
    if elapsed >= budget then break end
  end
end
local now = call('TIME')
reply[1], reply[2] = (now[1] - start[1]) * 1000000 + (now[2] - start[2]), n
return reply
`);
