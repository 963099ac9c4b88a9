import type { Redis } from 'ioredis';

/** Takes the milliseconds off the time that each key has left; those with none left go, as they would have. */
const PASS = `
local cursor = '0'
local gone = 0
repeat
  local reply = redis.call('SCAN', cursor, 'COUNT', 1000)
  cursor = reply[1]
  for _, key in ipairs(reply[2]) do
    if string.sub(key, 1, 4) ~= 'rcm:' then
      local left = redis.call('PTTL', key)
      if left >= 0 then
        if left <= tonumber(ARGV[1]) then
          redis.call('DEL', key)
          gone = gone + 1
        else
          redis.call('PEXPIRE', key, left - tonumber(ARGV[1]))
        end
      end
    end
  end
until cursor == '0'
return gone`;

/**
 * A clock for a real Redis on which hours pass in a moment: hand `clock` to the client, and `pass` time between accesses.
 * Keys of this tool's own (rcm:*) keep their real lifetimes. Real time goes on beside it: keep lifetimes well over the
 * seconds that a test takes.
 */
export class TimeLapse {
  #nowMs: number;
  readonly clock = { now: (): number => this.#nowMs };

  constructor(
    private readonly redis: Redis,
    startMs: number,
  ) {
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** @returns how many keys expired */
  async pass(ms: number): Promise<number> {
    this.#nowMs += ms;
    return Number(await this.redis.eval(PASS, 0, ms));
  }
}
