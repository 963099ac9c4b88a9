/**
 * Tells of one company's hour hashes whether they were written to since they were last read: every write sets their expiry
 * anew. KEYS: hour hashes. Reply: for each -2 where there is none, -1 where it does not expire, else when it expires, in
 * milliseconds since the epoch by the server's clock (before Redis 7 reckoned from what is left, to the second).
 */
export const HOUR_MARKS_LUA = `
local reply = {}
local nowMs
for i = 1, #KEYS do
  local at = redis.pcall('PEXPIRETIME', KEYS[i])
  if type(at) == 'table' then
    if not nowMs then
      local now = redis.call('TIME')
      nowMs = now[1] * 1000 + math.floor(now[2] / 1000)
    end
    at = redis.call('PTTL', KEYS[i])
    if at >= 0 then at = math.floor((at + nowMs) / 1000 + 0.5) * 1000 end
  end
  reply[i] = string.format('%.0f', at)
end
return reply
`;
