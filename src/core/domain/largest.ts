/** The `most` largest of however many items, in memory for twice as many. Of equal ones the first stay. */
export class Largest<T> {
  #items: T[] = [];
  /** What does not reach this is not among the largest. */
  #bar = Number.NEGATIVE_INFINITY;

  /** @param rank what is large: a number */
  constructor(
    private readonly most: number,
    private readonly rank: (item: T) => number,
  ) {}

  add(item: T): void {
    if (this.most <= 0 || this.rank(item) <= this.#bar) return;
    this.#items.push(item);
    if (this.#items.length < 2 * this.most) return;
    this.#items = this.list();
    this.#bar = this.rank(this.#items[this.#items.length - 1] as T);
  }

  /** Largest first. */
  list(): T[] {
    return [...this.#items].sort((a, b) => this.rank(b) - this.rank(a)).slice(0, this.most);
  }
}
