/**
 * Lua of scripts that look at companies' keys: `selectedId(key)`, the company id in a key that is selected, else nil.
 * ARGV[at] number of ids; then the ids; then, to the end, Lua patterns, each anchored at the key's start
 * and with the company id as its one capture: the first that matches a key decides.
 * @param none what no ids at all select: a script that removes must never take that for every company
 */
export function selectedIdLua(at: number, none: 'all' | 'nothing'): string {
  return `
local ids, wanted = tonumber(ARGV[${at}]), {}
for i = ${at + 1}, ${at} + ids do wanted[ARGV[i]] = true end
local firstPattern, lastPattern = ${at + 1} + ids, #ARGV
local function selectedId(key)
  for i = firstPattern, lastPattern do
    local id = string.match(key, ARGV[i])
    if id then
      if ${none === 'all' ? 'ids == 0 or ' : ''}wanted[id] then return id end
      return nil
    end
  end
end
`;
}
