import { readOnlyScript } from '../script.js';

/**
 * One step of the scan: SCAN and MEMORY USAGE inside the server, so that only sums cross the wire. It repeats small
 * SCANs until the time budget is used, so that a step takes about as long as asked, whatever the keys.
 *
 * Input (no KEYS: it reads whatever SCAN returns, on the node it runs on)
 *   ARGV[1] cursor          ARGV[2] COUNT of each SCAN       ARGV[3] most SCANs in this step
 *   ARGV[4] time budget, µs ARGV[5] 1 = exact (SAMPLES 0)
 *   ARGV[6] largest bytes, ARGV[7] most elements, of a key that exact mode may read whole (0 = no limit)
 *   ARGV[8] 0 = only sums; else also what never expires, and the names of keys of so many bytes
 *   ARGV[9…] Lua patterns, each anchored at the key's start and with the company id as its one capture: the first that
 *   matches a key decides
 * Output
 *   [1] next cursor  [2] server µs of this step  [3] SCANs made  [4] keys seen
 *   [5] own keys (rcm:*)  [6] their bytes  [7] keys of no pattern  [8] names of keys too large to be read whole
 *   [9] the company ids, one after the other  [10] MessagePack: [lengths of the ids], [keys], [bytes],
 *   [bytes that never expire]
 *   [11] ids of companies that have counters  [12] names of large keys  [13] their bytes
 *   (packed, because a client gets the cursor, and can ask for the next step, before it unpacks the sums)
 */
export const SCAN_STEP = readOnlyScript(`
local call, match, sub = redis.call, string.match, string.sub
local cursor, count, most, budget = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local exact, maxBytes, maxElements = ARGV[5] == '1', tonumber(ARGV[6]), tonumber(ARGV[7])
local large = tonumber(ARGV[8])
local first, last = 9, #ARGV
local pattern = ARGV[first]
local start = call('TIME')

-- The company id in a key that the first pattern does not match, or nil.
local function otherIdOf(key)
  for i = first + 1, last do
    local id = match(key, ARGV[i])
    if id then return id end
  end
end

local lengths = {hash = 'HLEN', list = 'LLEN', set = 'SCARD', zset = 'ZCARD', stream = 'XLEN'}
local tooLarge = {}
-- Exact bytes, unless reading them would hold up the server: then the sampled estimate, and the key is reported.
local function exactBytes(key, estimate)
  if estimate >= 262144 then
    local length = lengths[call('TYPE', key).ok]
    if not length then return estimate end
    if (maxBytes > 0 and estimate > maxBytes) or (maxElements > 0 and call(length, key) > maxElements) then
      tooLarge[#tooLarge + 1] = key
      return estimate
    end
  end
  return call('MEMORY', 'USAGE', key, 'SAMPLES', '0')
end

local known, recorders = {}, {}
-- One table look-up a key: the rest is in arrays.
local place, ids, lens, keysOf, bytesOf, foreverOf = {}, {}, {}, {}, {}, {}
local largeKeys, largeBytes = {}, {}
local companies, seen, scans, ownKeys, ownBytes, otherKeys, elapsed = 0, 0, 0, 0, 0, 0, 0
repeat
  local reply = call('SCAN', cursor, 'COUNT', count)
  cursor = reply[1]
  local keys = reply[2]
  for i = 1, #keys do
    local key = keys[i]
    local id = match(key, pattern) or otherIdOf(key)
    if id then
      local bytes = call('MEMORY', 'USAGE', key)
      if bytes and exact then bytes = exactBytes(key, bytes) end
      if bytes then
        local at = place[id]
        if at then
          keysOf[at] = keysOf[at] + 1
          bytesOf[at] = bytesOf[at] + bytes
        else
          companies = companies + 1
          at = companies
          place[id], ids[at], lens[at], keysOf[at], bytesOf[at], foreverOf[at] = at, id, #id, 1, bytes, 0
        end
        if large > 0 then
          if call('PTTL', key) == -1 then foreverOf[at] = foreverOf[at] + bytes end
          if bytes >= large then
            largeKeys[#largeKeys + 1] = key
            largeBytes[#largeBytes + 1] = bytes
          end
        end
      end
    elseif sub(key, 1, 4) == 'rcm:' then
      local bytes = call('MEMORY', 'USAGE', key)
      if bytes then ownKeys = ownKeys + 1; ownBytes = ownBytes + bytes end
      local recorder = match(key, '^rcm:{(.+)}:counters:')
      if recorder and not known[recorder] then
        known[recorder] = true
        recorders[#recorders + 1] = recorder
      end
    else
      otherKeys = otherKeys + 1
    end
  end
  seen = seen + #keys
  scans = scans + 1
  local now = call('TIME')
  elapsed = (now[1] - start[1]) * 1000000 + (now[2] - start[2])
until cursor == '0' or elapsed >= budget or scans >= most

return {cursor, elapsed, scans, seen, ownKeys, ownBytes, otherKeys, tooLarge, table.concat(ids), cmsgpack.pack({lens, keysOf, bytesOf, foreverOf}), recorders, largeKeys, largeBytes}
`);
