// A quantity that several faults may raise at once: the strongest of them counts, and what it was
// before comes back when all are over.

export class Strongest {
  private readonly wishes: number[] = [];

  constructor(
    private readonly calm: number,
    private readonly set: (value: number) => void,
  ) {}

  begin(wish: number): void {
    this.wishes.push(wish);
    this.apply();
  }

  end(wish: number): void {
    this.wishes.splice(this.wishes.indexOf(wish), 1);
    this.apply();
  }

  private apply(): void {
    this.set(this.wishes.length === 0 ? this.calm : Math.max(...this.wishes));
  }
}
