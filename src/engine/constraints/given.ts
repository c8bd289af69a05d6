// Values that a request gives, as slots; and what of a schema can be written where it gives none. Knows no tool.

import { toSpacedJson } from '../prompt/spaced-json.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { choiceTokens } from './program.ts';
import type { Property, Value } from './schema.ts';
import { createChoiceSlot, type Slot } from './slot.ts';

/** By the key of a rule the values that may stand there. */
export type GivenValues = Readonly<Record<string, readonly (string | number)[]>>;

/** One of `values`, without a text's quotes. */
export function createGivenSlot(values: readonly (string | number)[], tokenizer: Tokenizer): Slot {
  const isInside = (value: string | number) => typeof value === 'string';
  return createChoiceSlot(
    values.map((value) => {
      const tokens = choiceTokens(toSpacedJson(value), tokenizer);
      return isInside(value) ? tokens.slice(1, -1) : tokens;
    }),
  );
}

/**
 * The value without what can't be written: a rule's value where `has` says that none is given, and with it what
 * requires it. Undefined where nothing is left. Without `has` rules let in whatever is of the type.
 */
export function narrow(value: Value, has: ((key: string) => boolean) | undefined): Value | undefined {
  switch (value.kind) {
    case 'given':
      if (!has) return value.otherwise;
      return has(value.key) ? value : undefined;
    case 'object': {
      const properties = narrowAll(value.properties, has);
      const isWhole = value.properties.every(
        ({ name, isRequired }) => !isRequired || properties.some((property) => property.name === name),
      );
      return isWhole ? { ...value, properties } : undefined;
    }
    case 'map': {
      const values = narrow(value.values, has);
      return values && { ...value, values };
    }
    case 'array': {
      const items = narrow(value.items, has);
      return items && { ...value, items };
    }
    case 'either': {
      const values = value.values.flatMap((one) => narrow(one, has) ?? []);
      return values.length > 0 ? { ...value, values } : undefined;
    }
    default:
      return value;
  }
}

/** Those that can be written. */
export function narrowAll(
  properties: readonly Property[],
  has: ((key: string) => boolean) | undefined,
): readonly Property[] {
  return properties.flatMap((property) => {
    const value = narrow(property.value, has);
    return value ? [{ ...property, value }] : [];
  });
}

export function keysOf(value: Value): string[] {
  switch (value.kind) {
    case 'given':
      return [value.key];
    case 'object':
      return value.properties.flatMap((property) => keysOf(property.value));
    case 'map':
      return keysOf(value.values);
    case 'array':
      return keysOf(value.items);
    case 'either':
      return value.values.flatMap(keysOf);
    default:
      return [];
  }
}
