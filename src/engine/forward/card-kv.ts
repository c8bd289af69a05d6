// Keys and values on a card: here is only how many slots there are. What is to be done is told to the card's thread.
import { EngineError } from '../../errors.ts';
import type { KeyValueType, ToCard } from './card-messages.ts';
import type { KvMemory } from './kv.ts';

/** The least that is taken at once, slots. */
const MIN_SLOTS = 256;

export const keyValueBytes: Readonly<Record<KeyValueType, number>> = { float16: 2, float32: 4 };

let nextId = 1;

export class CardKv implements KvMemory {
  readonly id = nextId++;
  readonly valueBytes: number;
  readonly #post: (message: ToCard) => void;
  #capacity = 0;

  constructor(keyValueType: KeyValueType, post: (message: ToCard) => void) {
    this.valueBytes = keyValueBytes[keyValueType];
    this.#post = post;
    const { id } = this;
    unreachable.register(this, () => post({ type: 'kv.released', kv: id }));
  }

  /** Throws EngineError for keys and values of another device. */
  static of(memory: KvMemory): CardKv {
    if (memory instanceof CardKv) return memory;
    throw new EngineError('kv-foreign', 'keys and values of another device: use sequences of one engine');
  }

  reserve(countSlots: number, countHeld: number): void {
    if (countSlots <= this.#capacity) return;
    this.#capacity = Math.max(countSlots, 2 * this.#capacity, MIN_SLOTS);
    this.#post({ type: 'kv.grown', kv: this.id, countSlots: this.#capacity, countHeld });
  }

  copyFrom(other: KvMemory, countSlots: number): void {
    this.#post({ type: 'kv.copied', from: CardKv.of(other).id, to: this.id, countSlots });
  }

  release(): void {
    if (this.#capacity === 0) return;
    this.#capacity = 0;
    this.#post({ type: 'kv.released', kv: this.id });
  }
}

const unreachable = new FinalizationRegistry<() => void>((freeRest) => freeRest());
