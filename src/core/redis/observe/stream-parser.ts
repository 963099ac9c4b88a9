import { maybeRead } from '../../domain/observe/monitor-line.js';

/** What comes on the observer's connection, in the server's order. Texts are latin1 strings of bytes. */
export interface StreamEvents {
  /** A line of MONITOR, without `+` and line end. */
  line(text: string): void;
  /** A message of a channel. */
  message(channel: string, text: string): void;
  /** Any other reply: +text, -text, or the array that SUBSCRIBE and PING give, as its texts. */
  reply(kind: 'status' | 'error' | 'array', parts: string[]): void;
  /** A read so long that its keys were not kept: counts of this interval are not to be trusted. */
  tooLong(): void;
}

/** Of a line that is not whole yet, this much is kept at most (an MGET of many keys); of what is no read, nothing. */
const LONGEST_LINE = 16 * 1024 * 1024;

/**
 * Takes the bytes of a connection that is in MONITOR and subscribed (RESP2) apart. A line of MONITOR is one `+` line; all within
 * it that could end it is escaped. Nothing is copied but what is asked for, so that one process follows a busy server.
 */
export class StreamParser {
  /** Beginning of what is not whole yet. */
  #rest = '';
  /** Parts of a long line, kept apart so that growing it copies nothing. */
  #parts: string[] = [];
  #length = 0;
  #skipping = false;

  constructor(
    private readonly events: StreamEvents,
    /** Channels that are subscribed to: their messages are recognised by their first bytes. */
    channels: readonly string[],
  ) {
    this.#heads = channels.map((channel) => ({
      channel,
      head: `*3\r\n$7\r\nmessage\r\n$${channel.length}\r\n${channel}\r\n$`,
    }));
  }

  readonly #heads: { channel: string; head: string }[];

  push(chunk: Buffer): void {
    const text = this.#rest + chunk.toString('latin1');
    this.#rest = '';
    const inLong = this.#skipping || this.#parts.length > 0;
    const end = inLong ? text.indexOf('\n') : -1;
    if (inLong && end < 0) this.#keep(text);
    else {
      if (inLong) this.#endLong(text.slice(0, end + 1));
      this.#take(text, end + 1);
    }
  }

  #take(text: string, from: number): void {
    let at = from;
    while (at < text.length) {
      const next = text.charCodeAt(at) === PLUS ? this.#line(text, at) : this.#other(text, at);
      if (next < 0) break;
      at = next;
    }
    if (at < text.length) this.#keep(text.slice(at));
  }

  /** @returns where the next begins; -1 when this one is not whole */
  #line(text: string, at: number): number {
    const end = text.indexOf('\n', at);
    if (end < 0) return -1;
    this.#whole(text.slice(at + 1, end - 1));
    return end + 1;
  }

  #whole(line: string): void {
    // A status has no client in brackets: +OK.
    const digit = line.charCodeAt(0);
    if (digit >= ZERO && digit <= NINE) this.events.line(line);
    else this.events.reply('status', [line]);
  }

  #other(text: string, at: number): number {
    for (const { channel, head } of this.#heads) {
      if (!text.startsWith(head, at)) continue;
      const bulk = readBulk(text, at + head.length - 1);
      if (bulk === null) return -1;
      this.events.message(channel, bulk.text);
      return bulk.end;
    }
    const end = text.indexOf('\n', at);
    if (end < 0) return -1;
    const kind = text[at];
    if (kind === '$') {
      const bulk = readBulk(text, at);
      if (bulk === null) return -1;
      this.events.reply('status', [bulk.text]);
      return bulk.end;
    }
    if (kind !== '*') {
      this.events.reply(kind === '-' ? 'error' : 'status', [text.slice(at + 1, end - 1)]);
      return end + 1;
    }
    const count = Number(text.slice(at + 1, end - 1));
    const parts: string[] = [];
    let next = end + 1;
    for (let i = 0; i < count; i += 1) {
      const part = readPart(text, next);
      if (part === null) return -1;
      parts.push(part.text);
      next = part.end;
    }
    this.events.reply('array', parts);
    return next;
  }

  #keep(text: string): void {
    if (this.#skipping) return;
    const first = this.#parts.length === 0 ? text : (this.#parts[0] as string);
    if (first.charCodeAt(0) !== PLUS) {
      this.#rest = text;
      return;
    }
    if (this.#parts.length === 0) {
      const read = maybeRead(text);
      if (read === null && text.length < 1024) {
        this.#rest = text;
        return;
      }
      // What is written may be large; its values are none of our business.
      if (read === false) {
        this.#skipping = true;
        return;
      }
    }
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#length > LONGEST_LINE) {
      this.#parts = [];
      this.#length = 0;
      this.#skipping = true;
      this.events.tooLong();
    }
  }

  #endLong(tail: string): void {
    if (this.#skipping) {
      this.#skipping = false;
      // It was a command all the same: misses before it are its own.
      this.events.line('');
      return;
    }
    const line = this.#parts.join('') + tail;
    this.#parts = [];
    this.#length = 0;
    this.#whole(line.slice(1, -2));
  }
}

const PLUS = 0x2b;
const ZERO = 0x30;
const NINE = 0x39;

/** A bulk string from its `$`. */
function readBulk(text: string, at: number): { text: string; end: number } | null {
  const end = text.indexOf('\n', at);
  if (end < 0) return null;
  const length = Number(text.slice(at + 1, end - 1));
  const start = end + 1;
  if (start + length + 2 > text.length) return null;
  return { text: text.slice(start, start + length), end: start + length + 2 };
}

function readPart(text: string, at: number): { text: string; end: number } | null {
  if (text[at] === '$') return readBulk(text, at);
  const end = text.indexOf('\n', at);
  return end < 0 ? null : { text: text.slice(at + 1, end - 1), end: end + 1 };
}
