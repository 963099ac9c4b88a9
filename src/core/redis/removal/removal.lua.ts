import { readOnlyScript, writingScript } from '../script.js';

/**
 * Removes keys, a part of them when the time budget is used up before.
 * Input (no KEYS: they may lie in many slots of the one node that it runs on) ARGV[1] time budget, µs; ARGV[2…] keys
 * Output [1] server µs [2] how many keys were dealt with [3…] for each of these the bytes it held, -1 when it was gone
 */
export const REMOVE = writingScript(`
local call = redis.call
local budget, start = tonumber(ARGV[1]), call('TIME')
local elapsed, reply = 0, {0, 0}
for i = 2, #ARGV do
  local bytes = call('MEMORY', 'USAGE', ARGV[i])
  if bytes and call('UNLINK', ARGV[i]) == 1 then reply[i + 1] = bytes else reply[i + 1] = -1 end
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
-- Redis before 7.0 knows no PEXPIRETIME.
local function expiryOf(key)
  local at = redis.pcall('PEXPIRETIME', key)
  if type(at) == 'number' then return at end
  local left = redis.call('PTTL', key)
  if left < 0 then return left end
  local now = redis.call('TIME')
  return now[1] * 1000 + math.floor(now[2] / 1000) + left
end
`;

/** Lua: `tooLarge(key, kind, bytes, maxBytes, maxElements)`, whether a key may not be read whole; 0 is no limit. */
export const TOO_LARGE_LUA = `
local lengths = {hash = 'HLEN', list = 'LLEN', set = 'SCARD', zset = 'ZCARD', stream = 'XLEN'}
local function tooLarge(key, kind, bytes, maxBytes, maxElements)
  if bytes < 262144 then return false end
  if maxBytes > 0 and bytes > maxBytes then return true end
  local length = lengths[kind]
  return maxElements > 0 and length and redis.call(length, key) > maxElements
end
`;

/**
 * Reads keys for a backup, a part of them when the time or size budget is used up before.
 * Input (no KEYS, as REMOVE) ARGV[1] time budget, µs; ARGV[2] most bytes of dumps; ARGV[3] largest bytes, ARGV[4] most
 * elements, of a key that may be read (0 = no limit); ARGV[5…] keys
 * Output [1] server µs [2] how many keys were dealt with [3] for each its DUMP, empty when there is none
 *   [4] MessagePack: [types], [expiry in ms since the epoch, -1 never], [bytes; -1 gone, -2 too large]
 */
export const DUMP_KEYS = readOnlyScript(`${EXPIRY_LUA}${TOO_LARGE_LUA}
local call = redis.call
local budget, mostBytes = tonumber(ARGV[1]), tonumber(ARGV[2])
local maxBytes, maxElements = tonumber(ARGV[3]), tonumber(ARGV[4])
local start = call('TIME')
local dumps, types, expiries, sizes = {}, {}, {}, {}
local size, unseen, elapsed, done = 0, 0, 0, 0
for i = 5, #ARGV do
  local key = ARGV[i]
  local bytes = call('MEMORY', 'USAGE', key)
  local kind = bytes and call('TYPE', key).ok or 'none'
  done = done + 1
  dumps[done], types[done], expiries[done], sizes[done] = '', kind, -1, -1
  if bytes and tooLarge(key, kind, bytes, maxBytes, maxElements) then sizes[done] = -2
  elseif bytes then
    local dump = call('DUMP', key)
    if dump then
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
local call, sub = redis.call, string.sub
local budget, start = tonumber(ARGV[1]), call('TIME')
local elapsed, unseen, reply, n = 0, 0, {0, 0}, 0
for i = 2, #ARGV, 3 do
  local key = ARGV[i]
  local dump = call('DUMP', key)
  n = n + 1
  if not dump then reply[n + 2] = 0
  elseif sub(dump, -8) == ARGV[i + 1] and expiryOf(key) == tonumber(ARGV[i + 2]) then
    reply[n + 2] = call('UNLINK', key)
  else reply[n + 2] = 2 end
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
