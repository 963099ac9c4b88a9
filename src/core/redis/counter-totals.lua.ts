/**
 * Sums one company's counters over a window, so that only sums cross the wire.
 * KEYS: hour hashes. ARGV: for each of them the first and the last slot that count.
 * Reply: the 1-based index of the first hour with anything recorded (0: none), its first slot, then name, sum, name, sum…
 * Fields repeat from hour to hour, so each is taken apart once; a key of another type or a value that is no number
 * counts nothing.
 */
export const COUNTER_TOTALS_LUA = `
local sums, slots, names = {}, {}, {}
local firstHour, firstSlot = 0, 0
for i = 1, #KEYS do
  local from, to = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local flat = redis.pcall('HGETALL', KEYS[i])
  if not flat.err then
    for j = 1, #flat, 2 do
      local field = flat[j]
      local slot = slots[field]
      if slot == nil then
        local s, n = string.match(field, '^(%d%d?):(%w+)$')
        slot = tonumber(s or -1)
        slots[field], names[field] = slot, n
      end
      if slot >= from and slot <= to then
        local amount = tonumber(flat[j + 1])
        if amount then
          local name = names[field]
          sums[name] = (sums[name] or 0) + amount
          if firstHour == 0 then firstHour, firstSlot = i, slot
          elseif firstHour == i and slot < firstSlot then firstSlot = slot end
        end
      end
    end
  end
end
local reply = { firstHour, firstSlot }
for name, sum in pairs(sums) do
  reply[#reply + 1] = name
  reply[#reply + 1] = string.format('%.0f', sum)
end
return reply
`;
