import { readOnlyScript } from '../script.js';

/**
 * One step of the scan: SCAN and MEMORY USAGE inside the server, so that only sums cross the wire. It repeats small
 * SCANs until the time budget is used, so that a step takes about as long as asked, whatever the keys.
 *
 * Input (no KEYS: it reads whatever SCAN returns, on the node it runs on)
 *   ARGV[1] cursor          ARGV[2] COUNT of each SCAN       ARGV[3] most SCANs in this step
 *   ARGV[4] time budget, µs ARGV[5] 1 = exact (SAMPLES 0)
 *   ARGV[6] largest bytes, ARGV[7] most elements, of a key that exact mode may read whole (0 = no limit)
 *   ARGV[8] how many prefix groups; then for each group:
 *     Lua pattern anchored at the key's start that ends with the id · length of the literal prefix ·
 *     how many suffixes; then for each suffix: the literal text after the id · 1 = anything may follow
 * Output (flat)
 *   [1] next cursor  [2] server µs of this step  [3] SCANs made  [4] keys seen
 *   [5] own keys (rcm:*)  [6] their bytes  [7] keys of no template
 *   [8] how many keys were too large to be read whole; then their names
 *   [next] all company ids in one string; then per company: length of its id, keys, bytes (one string for all, because
 *   a client makes an object of each)
 */
export const SCAN_STEP = readOnlyScript(`
local call, find, sub, byte = redis.call, string.find, string.sub, string.byte
local cursor, count, most, budget = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local exact, maxBytes, maxElements = ARGV[5] == '1', tonumber(ARGV[6]), tonumber(ARGV[7])
local start = call('TIME')

local groups, at = {}, 9
for g = 1, tonumber(ARGV[8]) do
  local group = {pattern = ARGV[at], from = tonumber(ARGV[at + 1]) + 1, closed = {}, open = {}}
  local suffixes = tonumber(ARGV[at + 2])
  at = at + 3
  for s = 1, suffixes do
    local text = ARGV[at]
    if ARGV[at + 1] == '1' then group.open[#group.open + 1] = text else group.closed[text] = true end
    at = at + 2
  end
  groups[g] = group
end

-- The company id in a key, or nil: the longest prefix that fits decides.
local function idOf(key)
  for g = 1, #groups do
    local group = groups[g]
    local _, last = find(key, group.pattern)
    if last then
      local open = group.open
      for s = 1, #open do
        local suffix = open[s]
        if #suffix == 1 then
          if byte(key, last + 1) == byte(suffix) then return sub(key, group.from, last) end
        elseif sub(key, last + 1, last + #suffix) == suffix then
          return sub(key, group.from, last)
        end
      end
      if group.closed[sub(key, last + 1)] then return sub(key, group.from, last) end
    end
  end
end

local lengths = {hash = 'HLEN', list = 'LLEN', set = 'SCARD', zset = 'ZCARD', stream = 'XLEN'}
local tooLarge = {}
-- Exact bytes, unless reading them would hold up the server: then the sampled estimate, and the key is reported.
local function exactBytes(key)
  local estimate = call('MEMORY', 'USAGE', key)
  if not estimate or estimate < 262144 then return call('MEMORY', 'USAGE', key, 'SAMPLES', '0') end
  local length = lengths[call('TYPE', key).ok]
  if not length then return estimate end
  if (maxBytes > 0 and estimate > maxBytes) or (maxElements > 0 and call(length, key) > maxElements) then
    tooLarge[#tooLarge + 1] = key
    return estimate
  end
  return call('MEMORY', 'USAGE', key, 'SAMPLES', '0')
end
local function sampledBytes(key) return call('MEMORY', 'USAGE', key) end
local bytesOf = exact and exactBytes or sampledBytes

local ids, sums, counts = {}, {}, {}
local seen, scans, ownKeys, ownBytes, otherKeys, elapsed = 0, 0, 0, 0, 0, 0
repeat
  local reply = call('SCAN', cursor, 'COUNT', count)
  cursor = reply[1]
  local keys = reply[2]
  for i = 1, #keys do
    local key = keys[i]
    if byte(key, 1) == 114 and sub(key, 1, 4) == 'rcm:' then
      local bytes = call('MEMORY', 'USAGE', key)
      if bytes then ownKeys = ownKeys + 1; ownBytes = ownBytes + bytes end
    else
      local id = idOf(key)
      if id then
        local bytes = bytesOf(key)
        if bytes then
          local sum = sums[id]
          if sum then
            sums[id] = sum + bytes
            counts[id] = counts[id] + 1
          else
            ids[#ids + 1] = id
            sums[id] = bytes
            counts[id] = 1
          end
        end
      else
        otherKeys = otherKeys + 1
      end
    end
  end
  seen = seen + #keys
  scans = scans + 1
  local now = call('TIME')
  elapsed = (now[1] - start[1]) * 1000000 + (now[2] - start[2])
until cursor == '0' or elapsed >= budget or scans >= most

local out = {cursor, elapsed, scans, seen, ownKeys, ownBytes, otherKeys, #tooLarge}
local n = #out
for i = 1, #tooLarge do out[n + i] = tooLarge[i] end
n = n + #tooLarge
n = n + 1
out[n] = table.concat(ids)
for i = 1, #ids do
  local id = ids[i]
  out[n + 1] = #id
  out[n + 2] = counts[id]
  out[n + 3] = sums[id]
  n = n + 3
end
return out
`);
