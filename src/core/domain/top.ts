/** The first so many of any number of items in an order, holding at most twice as many. */
export class Top<T> {
  #items: T[] = [];
  #names = new Set<string>();

  /** @param nameOf items of one name are kept once */
  constructor(
    private readonly size: number,
    private readonly compare: (a: T, b: T) => number,
    private readonly nameOf: (item: T) => string,
  ) {}

  add(item: T): void {
    const name = this.nameOf(item);
    if (this.#names.has(name)) return;
    this.#names.add(name);
    this.#items.push(item);
    if (this.#items.length >= 2 * this.size) this.#cut();
  }

  /** In order. */
  items(): T[] {
    this.#cut();
    return [...this.#items];
  }

  #cut(): void {
    this.#items = this.#items.sort(this.compare).slice(0, this.size);
    this.#names = new Set(this.#items.map(this.nameOf));
  }
}
