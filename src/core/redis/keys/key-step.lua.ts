import { readOnlyScript } from '../script.js';
import { selectedIdLua } from './selection.lua.js';

/**
 * One step of a walk over companies' keys: SCAN MATCH, and what is asked of each key, inside the server. It repeats small
 * SCANs until the time budget is used.
 *
 * Input (no KEYS: it reads whatever SCAN returns, on the node it runs on)
 *   ARGV[1] cursor          ARGV[2] COUNT of each SCAN    ARGV[3] most SCANs in this step
 *   ARGV[4] time budget, µs ARGV[5] MATCH                 ARGV[6] what is asked: of b(ytes) t(ype) e(xpiry) i(dle)
 *   ARGV[7] number of ids, 0 for any; ARGV[8…] the ids; then Lua patterns, each anchored at the key's start and with the
 *   company id as its one capture: the first that matches a key decides
 * Output
 *   [1] next cursor  [2] server µs of this step  [3] SCANs made  [4] keys that MATCH let through
 *   [5] the selected keys  [6] MessagePack: [bytes], [types], [PTTL], [idle seconds], -1 where it could not be told;
 *   empty where it was not asked. A key that vanished meanwhile is left out.
 */
export const KEY_STEP = readOnlyScript(`${selectedIdLua(7, 'all')}local call, find = redis.call, string.find
local cursor, count, most, budget, glob = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local asksBytes, asksType = find(ARGV[6], 'b', 1, true), find(ARGV[6], 't', 1, true)
local asksExpiry, asksIdle = find(ARGV[6], 'e', 1, true), find(ARGV[6], 'i', 1, true)
local start = call('TIME')

local keys, bytes, types, expiries, idles = {}, {}, {}, {}, {}
local found, seen, scans, elapsed = 0, 0, 0, 0
repeat
  local reply = call('SCAN', cursor, 'MATCH', glob, 'COUNT', count)
  cursor = reply[1]
  local page = reply[2]
  for i = 1, #page do
    local key = page[i]
    if selectedId(key) then
      local size = not asksBytes or call('MEMORY', 'USAGE', key)
      local kind = not asksType or call('TYPE', key).ok
      if size and kind ~= 'none' then
        found = found + 1
        keys[found] = key
        if asksBytes then bytes[found] = size end
        if asksType then types[found] = kind end
        if asksExpiry then expiries[found] = call('PTTL', key) end
        if asksIdle then
          local idle = redis.pcall('OBJECT', 'IDLETIME', key)
          idles[found] = type(idle) == 'number' and idle or -1
        end
      end
    end
  end
  seen = seen + #page
  scans = scans + 1
  local now = call('TIME')
  elapsed = (now[1] - start[1]) * 1000000 + (now[2] - start[2])
until cursor == '0' or elapsed >= budget or scans >= most

return {cursor, elapsed, scans, seen, keys, cmsgpack.pack({bytes, types, expiries, idles})}
`);
