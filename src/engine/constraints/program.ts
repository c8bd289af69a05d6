// Takes what a value may be, gives it as tokens: tries of fixed pieces with slots between them, in the pieces the model
// was trained on.

import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { readByteTable } from './byte-dfa.ts';
import { createByteSlot, createEdgeRoom } from './byte-slot.ts';
import { createNumberTable } from './number.ts';
import type { Property, Value } from './schema.ts';
import type { Slot } from './slot.ts';
import { createTextSlot } from './text-slot.ts';
import { buildTrie, type TrieNode } from './trie.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What follows a fixed piece. Made when it is first met, since lists go in circles. */
export type Next =
  | { readonly kind: 'pieces'; readonly root: () => Pieces }
  | { readonly kind: 'slot'; readonly slot: Slot; readonly after: () => Pieces }
  /** Words of the dialogue: another slot in each draft. */
  | { readonly kind: 'copied'; readonly after: () => Pieces }
  /** One of the values that a draft's request gives for `key`. */
  | { readonly kind: 'given'; readonly key: string; readonly after: () => Pieces }
  | { readonly kind: 'end' };

/** A choice among fixed pieces; what follows an empty one is a choice as well. */
export type Pieces = TrieNode<Next>;

type Entry = readonly [tokens: readonly number[], next: Next];

export interface Compiler {
  /** An object, its opening brace included, and what follows it. */
  compileRoot(value: Value & { kind: 'object' | 'map' }, after: () => Pieces): Entry;
}

export function createCompiler(vocabulary: Vocabulary): Compiler {
  const { tokenizer } = vocabulary;
  const slots = new Map<Value, Slot>();
  const room = createEdgeRoom();
  const choices = new Map<Value, readonly (readonly number[])[]>();
  const anyByLevels = new Map<number, readonly Value[]>();

  /** The ways to begin a value after `prefix`. */
  function entries(prefix: readonly number[], value: Value, after: () => Pieces): Entry[] {
    const opened = (text: string) => [...prefix, ...tokenizer.encode(text)];
    switch (value.kind) {
      case 'text':
      case 'spelled':
        return [[opened('"'), { kind: 'slot', slot: slotOf(value), after: piece('"', after) }]];
      case 'copied':
        return [[opened('"'), { kind: 'copied', after: piece('"', after) }]];
      case 'given':
        return value.isText
          ? [[opened('"'), { kind: 'given', key: value.key, after: piece('"', after) }]]
          : [[prefix, { kind: 'given', key: value.key, after }]];
      case 'number':
        return [[prefix, { kind: 'slot', slot: slotOf(value), after }]];
      case 'choice':
        return tokensOf(value).map((tokens) => [[...prefix, ...tokens], { kind: 'pieces', root: after }]);
      case 'object':
        return [[opened('{'), { kind: 'pieces', root: members(value.properties, after) }]];
      case 'map':
        return [[opened('{'), { kind: 'pieces', root: anyMembers(value.values, after) }]];
      case 'array':
        return [[opened('['), { kind: 'pieces', root: items(value, after) }]];
      case 'either':
        return value.values.flatMap((one) => entries(prefix, one, after));
      case 'any':
        return anyValues(value.maxLevels).flatMap((one) => entries(prefix, one, after));
    }
  }

  function piece(text: string, after: () => Pieces): () => Pieces {
    return once(() => buildTrie([[tokenizer.encode(text), { kind: 'pieces', root: after }]]));
  }

  /**
   * In the schema's order: the next key is any up to the first that is required; where none is, the object may close.
   */
  function members(properties: readonly Property[], after: () => Pieces): () => Pieces {
    const close: Entry = [tokenizer.encode('}'), { kind: 'pieces', root: after }];
    const from: (start: number) => Pieces = remembered((start) => {
      const rest = properties.slice(start);
      const firstRequired = rest.findIndex((property) => property.isRequired);
      const next = firstRequired < 0 ? rest : rest.slice(0, firstRequired + 1);
      const keys = next.flatMap(({ name, value }, index) => {
        const key = tokenizer.encode(`${start === 0 ? '' : ', '}${JSON.stringify(name)}: `);
        return entries(key, value, () => from(start + index + 1));
      });
      return buildTrie(firstRequired < 0 ? [...keys, close] : keys);
    });
    return () => from(0);
  }

  function anyMembers(values: Value, after: () => Pieces): () => Pieces {
    const close: Entry = [tokenizer.encode('}'), { kind: 'pieces', root: after }];
    const key = slotOf(anyText);
    const afterKey: () => Pieces = once(() => buildTrie(entries(tokenizer.encode('": '), values, () => from(1))));
    const from: (count: number) => Pieces = remembered((count) => {
      const opening = tokenizer.encode(count === 0 ? '"' : ', "');
      return buildTrie([[opening, { kind: 'slot', slot: key, after: afterKey }], close]);
    });
    return () => from(0);
  }

  function items({ items: item, minItems, maxItems }: Value & { kind: 'array' }, after: () => Pieces): () => Pieces {
    const close: Entry = [tokenizer.encode(']'), { kind: 'pieces', root: after }];
    // Where no count is too many, all that are enough are alike.
    const counted = (count: number) => (maxItems === Number.POSITIVE_INFINITY ? Math.min(count, minItems + 1) : count);
    const from: (count: number) => Pieces = remembered((count) => {
      const separator = count === 0 ? [] : tokenizer.encode(', ');
      const more = count < maxItems ? entries(separator, item, () => from(counted(count + 1))) : [];
      return buildTrie(count >= minItems ? [...more, close] : more);
    });
    return () => from(0);
  }

  function anyValues(maxLevels: number): readonly Value[] {
    const known = anyByLevels.get(maxLevels);
    if (known) return known;
    const values: Value[] = [anyText, { kind: 'choice', texts: ['true', 'false', 'null'] }];
    const table = createNumberTable(anyNumber, vocabulary.isWritable);
    if (table) values.push({ kind: 'number', table });
    if (maxLevels > 0) {
      const inner: Value = { kind: 'any', maxLevels: maxLevels - 1 };
      values.push({ kind: 'map', values: inner });
      values.push({ kind: 'array', items: inner, minItems: 0, maxItems: Number.POSITIVE_INFINITY });
    }
    anyByLevels.set(maxLevels, values);
    return values;
  }

  /** A list asks for each of its items. */
  function tokensOf(value: Value & { kind: 'choice' }): readonly (readonly number[])[] {
    const known = choices.get(value) ?? value.texts.map((text) => choiceTokens(text, tokenizer));
    choices.set(value, known);
    return known;
  }

  /** Slots of one value are one slot: what it has found of the vocabulary is kept. */
  function slotOf(value: Value & { kind: 'text' | 'spelled' | 'number' }): Slot {
    const known = slots.get(value);
    if (known) return known;
    const slot =
      value.kind === 'text'
        ? createTextSlot(value.rules, vocabulary.text)
        : createByteSlot(readByteTable(value.table), vocabulary, room);
    slots.set(value, slot);
    return slot;
  }

  return {
    compileRoot(value, after) {
      const root = value.kind === 'object' ? members(value.properties, after) : anyMembers(value.values, after);
      return [tokenizer.encode(' {'), { kind: 'pieces', root }];
    },
  };
}

/** A string's quotes are tokens of their own. */
export function choiceTokens(text: string, tokenizer: Tokenizer): number[] {
  if (!text.startsWith('"')) return tokenizer.encode(text);
  const quote = tokenizer.encode('"');
  return [...quote, ...tokenizer.encode(text.slice(1, -1)), ...quote];
}

const anyText = { kind: 'text', rules: { minCharacters: 1, maxCharacters: Number.POSITIVE_INFINITY } } as const;
const anyNumber = {
  isInteger: false,
  min: Number.NEGATIVE_INFINITY,
  max: Number.POSITIVE_INFINITY,
  isMinExclusive: false,
  isMaxExclusive: false,
};

function once<T>(make: () => T): () => T {
  const made = remembered(make);
  return () => made(0);
}

function remembered<T>(make: (key: number) => T): (key: number) => T {
  const known = new Map<number, T>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make(key);
    known.set(key, made);
    return made;
  };
}
