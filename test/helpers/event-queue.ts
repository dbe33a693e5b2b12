/** The events of a simulation, ordered by time: a binary heap. */
export interface Timed {
  /** Seconds from the start of the run. */
  readonly time: number;
}

export class EventQueue<Event extends Timed> {
  readonly #items: Event[] = [];

  get size(): number {
    return this.#items.length;
  }

  push(event: Event): void {
    const items = this.#items;
    let at = items.length;
    items.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent].time <= event.time) break;
      items[at] = items[parent];
      at = parent;
    }
    items[at] = event;
  }

  pop(): Event {
    const items = this.#items;
    const top = items[0];
    const last = items.pop() as Event;
    if (items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1].time < items[child].time) child++;
      if (items[child].time >= last.time) break;
      items[at] = items[child];
      at = child;
    }
    items[at] = last;
    return top;
  }
}
