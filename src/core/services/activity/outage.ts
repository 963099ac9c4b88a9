import { messageOf } from '../../errors.js';

/** Says once that a service is away, and once that it is back. */
export class Outage {
  #away: boolean;

  /** @param what is missing meanwhile, e.g. `Live access events` @param away whether it is known to be away already */
  constructor(
    private readonly what: string,
    private readonly notify: (text: string) => void,
    away = false,
  ) {
    this.#away = away;
  }

  failed(error: unknown): void {
    if (!this.#away) this.notify(`${this.what} are missing until it answers again: ${messageOf(error)}`);
    this.#away = true;
  }

  succeeded(): void {
    if (this.#away) this.notify(`${this.what} are shown again.`);
    this.#away = false;
  }
}
