import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { ready } from '../connect/connect.js';
import { StreamParser } from './stream-parser.js';

/** What an observer hears of; see StreamEvents. */
export interface Listener {
  line(text: string): void;
  miss(key: string): void;
  expired(key: string): void;
  evicted(key: string): void;
  tooLong(): void;
}

const CUT = 'Connection is closed';
/** Longest wait for what the server answers at once, unless its buffer is full of what comes before. */
const ANSWER_WITHIN_MS = 3000;

/**
 * One connection that is in MONITOR and subscribed to the key events of its database at once: commands and key-misses then come in the
 * one order in which the server did them, and Redis's limit for subscribers (client-output-buffer-limit pubsub, 32 MB by
 * default) bounds what the server keeps for us, which it does not for MONITOR alone. The connection (TLS, login, Sentinel) is made by ioredis; its
 * bytes are read here, since ioredis' own monitor cannot follow a busy server.
 */
export class ObserverStream {
  /** Whether MONITOR is granted. */
  monitoring = false;
  /** Whether the event channels are granted. */
  subscribed = false;
  closed = false;
  /** It was closed here, because an answer did not come in time. */
  late = false;
  /** Why MONITOR or the channels were refused, as the server said it. */
  readonly refusals: string[] = [];
  /** For CLIENT LIST; null where it is not told. */
  clientId: number | null = null;
  readonly #socket: Socket;
  readonly #waiting: ((parts: readonly string[] | Error) => void)[] = [];

  private constructor(
    private readonly redis: Redis,
    listener: Listener,
    db: number,
  ) {
    this.#socket = (redis as unknown as { stream: Socket }).stream;
    const channels = ['keymiss', 'expired', 'evicted'].map((event) => `__keyevent@${db}__:${event}`);
    const [missed, expired] = channels;
    const parser = new StreamParser(
      {
        line: (text) => listener.line(text),
        message: (channel, key) =>
          channel === missed ? listener.miss(key) : channel === expired ? listener.expired(key) : listener.evicted(key),
        reply: (kind, parts) => this.#waiting.shift()?.(kind === 'error' ? new Error(parts[0]) : parts),
        tooLong: () => listener.tooLong(),
      },
      channels,
    );
    this.#channels = channels;
    this.#socket.removeAllListeners('data');
    this.#socket.on('data', (chunk: Buffer) => parser.push(chunk));
    this.#socket.on('close', () => this.#gone());
    if (this.#socket.destroyed) this.#gone();
  }

  readonly #channels: readonly string[];

  /** @param like a client of the server to observe @throws what the client throws where no connection can be made */
  static async open(like: Redis, label: string, timeoutMs: number, listener: Listener): Promise<ObserverStream> {
    const redis = like.duplicate({ lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
    await ready(redis, label, timeoutMs);
    const id = await redis.client('ID').catch(() => null);
    const stream = new ObserverStream(redis, listener, like.options.db ?? 0);
    stream.clientId = id;
    try {
      stream.monitoring = await stream.#granted(['MONITOR'], 1);
      stream.subscribed = await stream.#granted(['SUBSCRIBE', ...stream.#channels], stream.#channels.length);
      return stream;
    } catch (error) {
      stream.close();
      throw error;
    }
  }

  /**
   * Calls `at` at the point of the stream where the server is now: what comes before has been handed on, nothing that comes after.
   * @throws when the connection is cut, or the answer takes too long
   */
  async mark(at: () => void = () => undefined): Promise<void> {
    await this.#ask(['PING', 'mark'], 1, at);
  }

  close(): void {
    this.redis.disconnect();
    this.#socket.destroy();
    this.#gone();
  }

  async #granted(command: string[], replies: number): Promise<boolean> {
    try {
      await this.#ask(command, replies);
      return true;
    } catch (error) {
      if (this.closed || !(error instanceof Error)) throw error;
      // The server's own words: it refused.
      this.refusals.push(error.message);
      return false;
    }
  }

  #ask(command: readonly string[], replies: number, at?: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(new Error(CUT));
        return;
      }
      const timer = setTimeout(() => {
        this.late = true;
        reject(new Error(`The server did not answer within ${ANSWER_WITHIN_MS} ms`));
        this.close();
      }, ANSWER_WITHIN_MS);
      let left = replies;
      const take = (reply: readonly string[] | Error): void => {
        if (!(reply instanceof Error)) {
          left -= 1;
          if (left > 0) {
            this.#waiting.unshift(take);
            return;
          }
        }
        clearTimeout(timer);
        if (reply instanceof Error) {
          reject(reply);
          return;
        }
        at?.();
        resolve();
      };
      this.#waiting.push(take);
      this.#socket.write(
        `*${command.length}\r\n${command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
      );
    });
  }

  #gone(): void {
    if (this.closed) return;
    this.closed = true;
    for (const take of this.#waiting.splice(0)) take(new Error(CUT));
  }
}
