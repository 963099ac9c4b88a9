import { selectedIdLua } from '../keys/selection.lua.js';
import { readOnlyScript } from '../script.js';
import { EXPIRY_LUA, TOO_LARGE_LUA } from './removal.lua.js';

/**
 * One step of reading companies' keys for a backup: SCAN MATCH and DUMP inside the server. It repeats small SCANs until the
 * time or size budget is used; keys of the last SCAN that are over it are only named, to be read by their names.
 *
 * Input (no KEYS: it reads whatever SCAN returns, on the node it runs on)
 *   ARGV[1] cursor          ARGV[2] COUNT of each SCAN    ARGV[3] most SCANs in this step
 *   ARGV[4] time budget, µs ARGV[5] MATCH                 ARGV[6] most bytes of dumps
 *   ARGV[7] largest bytes, ARGV[8] most elements, of a key that may be read (0 = no limit)
 *   ARGV[9] longest DUMP that can be restored
 *   ARGV[10] only keys over so many bytes, -1 any         ARGV[11] only keys idle for so many seconds, -1 any
 *   ARGV[12] number of ids; ARGV[13…] the ids; then Lua patterns, each anchored at the key's start and with the company
 *   id as its one capture: the first that matches a key decides. Only keys of the ids are read.
 * Output
 *   [1] next cursor  [2] server µs of this step  [3] SCANs made  [4] keys that MATCH let through
 *   [5] the keys read  [6] for each its DUMP, empty when it is too large
 *   [7] MessagePack: [types], [expiry in ms since the epoch, -1 never], [bytes; -2 too large]  [8] keys only named
 */
export const SAVE_STEP =
  readOnlyScript(`${selectedIdLua(12, 'nothing')}${EXPIRY_LUA}${TOO_LARGE_LUA}local call = redis.call
local cursor, count, most, budget, glob = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local mostBytes, maxBytes, maxElements, longest = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local over, idle = tonumber(ARGV[10]), tonumber(ARGV[11])
local start = call('TIME')

local function isIdle(key)
  if idle < 0 then return true end
  local seconds = redis.pcall('OBJECT', 'IDLETIME', key)
  return type(seconds) == 'number' and seconds >= idle
end

local keys, dumps, types, expiries, sizes, named = {}, {}, {}, {}, {}, {}
local seen, scans, done, size, unseen, elapsed = 0, 0, 0, 0, 0, 0
local function look()
  local now = call('TIME')
  elapsed, unseen = (now[1] - start[1]) * 1000000 + (now[2] - start[2]), 0
end
local function isOver() return elapsed >= budget or size >= mostBytes end

local function read(key, bytes)
  local kind = call('TYPE', key).ok
  local n = done + 1
  local large, looked = tooLarge(key, kind, bytes, maxBytes, maxElements)
  unseen = unseen + 64 * looked
  local dump = not large and call('DUMP', key)
  if large or (dump and #dump > longest) then
    done, keys[n], dumps[n], types[n], expiries[n], sizes[n] = n, key, '', kind, -1, -2
    look()
    return
  end
  if not dump then return end
  done, keys[n], dumps[n], types[n], expiries[n], sizes[n] = n, key, dump, kind, expiryOf(key), bytes
  size, unseen = size + #dump, unseen + #dump
  -- Looking at the clock costs as much as a small key.
  if n % 8 == 0 or unseen > 65536 then look() end
end

repeat
  local reply = call('SCAN', cursor, 'MATCH', glob, 'COUNT', count)
  cursor = reply[1]
  local page = reply[2]
  for i = 1, #page do
    local key = page[i]
    if selectedId(key) then
      local bytes = call('MEMORY', 'USAGE', key)
      if bytes and bytes > over and isIdle(key) then
        if isOver() then named[#named + 1] = key else read(key, bytes) end
      end
    end
  end
  seen = seen + #page
  scans = scans + 1
  look()
until cursor == '0' or isOver() or scans >= most

return {cursor, elapsed, scans, seen, keys, dumps, cmsgpack.pack({types, expiries, sizes}), named}
`);
