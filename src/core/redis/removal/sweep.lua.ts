import { selectedIdLua } from '../keys/selection.lua.js';
import { writingScript } from '../script.js';

/**
 * One step of removing companies' keys: SCAN MATCH and UNLINK inside the server, so that no key crosses the wire. It
 * repeats small SCANs until the time budget is used.
 *
 * Input (no KEYS: it works on whatever SCAN returns, on the node it runs on)
 *   ARGV[1] cursor          ARGV[2] COUNT of each SCAN    ARGV[3] most SCANs in this step
 *   ARGV[4] time budget, µs ARGV[5] MATCH
 *   ARGV[6] remove only keys over so many bytes, -1 any   ARGV[7] only keys idle for so many seconds, -1 any
 *   ARGV[8] number of ids; ARGV[9…] the ids; then Lua patterns, each anchored at the key's start and with the company id
 *   as its one capture: the first that matches a key decides. Only keys of the ids are removed.
 * Output
 *   [1] next cursor  [2] server µs of this step  [3] SCANs made  [4] keys that MATCH let through
 *   [5] what went wrong, and ended it after something was removed; empty where nothing did
 *   [6] the ids of which keys were removed  [7…] for each of these: keys, bytes
 */
export const SWEEP_STEP = writingScript(`${selectedIdLua(8, 'nothing')}local call, pcall = redis.call, redis.pcall
local cursor, count, most, budget, glob = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local over, idle = tonumber(ARGV[6]), tonumber(ARGV[7])
local start = call('TIME')

local place, names, keysOf, bytesOf = {}, {}, {}, {}
local companies, seen, scans, elapsed, failure = 0, 0, 0, 0, nil
repeat
  local reply = call('SCAN', cursor, 'MATCH', glob, 'COUNT', count)
  cursor = reply[1]
  local page = reply[2]
  for i = 1, #page do
    local key = page[i]
    local id = selectedId(key)
    if id then
      local bytes = pcall('MEMORY', 'USAGE', key)
      if type(bytes) == 'table' then failure = bytes break end
      local unused = idle < 0
      if bytes and not unused then
        local seconds = pcall('OBJECT', 'IDLETIME', key)
        unused = type(seconds) == 'number' and seconds >= idle
      end
      local removed = bytes and bytes > over and unused and pcall('UNLINK', key)
      if type(removed) == 'table' then failure = removed break end
      if removed == 1 then
        local at = place[id]
        if not at then
          companies = companies + 1
          at = companies
          place[id], names[at], keysOf[at], bytesOf[at] = at, id, 0, 0
        end
        keysOf[at] = keysOf[at] + 1
        bytesOf[at] = bytesOf[at] + bytes
      end
    end
  end
  seen = seen + #page
  scans = scans + 1
  local now = call('TIME')
  elapsed = (now[1] - start[1]) * 1000000 + (now[2] - start[2])
until failure or cursor == '0' or elapsed >= budget or scans >= most

-- What was removed before it failed must be told.
if failure and companies == 0 then return failure end
local reply = {failure and '0' or cursor, elapsed, scans, seen, failure and failure.err or '', names}
for at = 1, companies do
  reply[#reply + 1] = keysOf[at]
  reply[#reply + 1] = bytesOf[at]
end
return reply
`);
