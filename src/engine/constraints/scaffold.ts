// What a call's arguments look like before any is known: fixed pieces, and slots of masks for the values. Pure.

import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { type Compiler, choiceTokens } from './program.ts';
import type { Property, Value } from './schema.ts';
import { createChoiceSlot, type Slot } from './slot.ts';

export interface SlotPart {
  readonly kind: 'slot';
  readonly open: readonly number[];
  readonly slot: Slot;
  /** Shorter values are padded with nulls. */
  readonly countPositions: number;
  readonly close: readonly number[];
}

export interface Member {
  /** What stands before it where it is the first of its object or list, and where it is not. */
  readonly first: readonly number[];
  readonly later: readonly number[];
  readonly part: Part;
  /** Absent where the first position of its first slot is null. */
  readonly isOptional: boolean;
}

/** An object, or a list of as many members as there may be: it ends where one is absent. */
interface ListPart {
  readonly kind: 'list';
  readonly open: readonly number[];
  readonly members: readonly Member[];
  readonly close: readonly number[];
  readonly endsAtAbsent: boolean;
}

export type Part = SlotPart | ListPart;

/** The arguments of one call. */
export interface Scaffold {
  readonly members: readonly Member[];
  readonly close: readonly number[];
  /** Tokens of the members that stand already, as nothing else could; no slot is among them. */
  readonly countTaken: number;
}

export interface ScaffoldOptions {
  readonly tokenizer: Tokenizer;
  readonly slotOf: Compiler['slotOf'];
  /** Makes the slot for words of the dialogue. */
  readonly copied: () => Slot;
  /** Makes the slot for the values of a key. */
  readonly given: (key: string) => Slot;
}

/** Words that a caller says at once rarely need more. */
const freePositions = 10;
/** Of a list that may be longer. */
const unrolledItems = 4;

/** Undefined where positions can't be told ahead: alternatives, objects with any keys. */
export function createMembers(properties: readonly Property[], options: ScaffoldOptions): Member[] | undefined {
  const { tokenizer } = options;
  const members = properties.map(({ name, isRequired, value }): Member | undefined => {
    const key = `${JSON.stringify(name)}: `;
    const part = createPart(value, options);
    if (!part || (!isRequired && !findSlot(part))) return undefined;
    return { first: tokenizer.encode(key), later: tokenizer.encode(`, ${key}`), part, isOptional: !isRequired };
  });
  return allOf(members);
}

function createPart(value: Value, options: ScaffoldOptions): Part | undefined {
  const { tokenizer, slotOf, copied, given } = options;
  const quote = tokenizer.encode('"');
  switch (value.kind) {
    case 'text':
    case 'spelled':
      return slotPart(slotOf(value), quote);
    case 'copied':
      return slotPart(copied(), quote);
    case 'given':
      return slotPart(given(value.key), value.isText ? quote : []);
    case 'number':
      return slotPart(slotOf(value), []);
    case 'choice': {
      const [only] = value.texts;
      if (value.texts.length === 1 && only !== undefined) return fixedPart(choiceTokens(only, tokenizer));
      const areTexts = value.texts.every((text) => text.startsWith('"'));
      // A string among others brings its quotes along.
      const inner = value.texts.map((text) =>
        areTexts ? tokenizer.encode(text.slice(1, -1)) : choiceTokens(text, tokenizer),
      );
      return slotPart(createChoiceSlot(inner), areTexts ? quote : []);
    }
    case 'object': {
      const members = createMembers(value.properties, options);
      return (
        members && {
          kind: 'list',
          open: tokenizer.encode('{'),
          members,
          close: tokenizer.encode('}'),
          endsAtAbsent: false,
        }
      );
    }
    case 'array': {
      const count = Math.min(value.maxItems, Math.max(value.minItems, unrolledItems));
      const members = Array.from({ length: count }, (_, index): Member | undefined => {
        const part = createPart(value.items, options);
        const isOptional = index >= value.minItems;
        if (!part || (isOptional && !findSlot(part))) return undefined;
        return { first: [], later: tokenizer.encode(', '), part, isOptional };
      });
      const all = allOf(members);
      return (
        all && {
          kind: 'list',
          open: tokenizer.encode('['),
          members: all,
          close: tokenizer.encode(']'),
          endsAtAbsent: true,
        }
      );
    }
    case 'map':
    case 'either':
    case 'any':
      return undefined;
  }
}

/** What has no alternative is no slot. */
function fixedPart(tokens: readonly number[]): Part {
  return { kind: 'list', open: tokens, members: [], close: [], endsAtAbsent: false };
}

function slotPart(slot: Slot, quote: readonly number[]): SlotPart {
  const countPositions = Math.max(slot.distance(0), Math.min(slot.longestTokens, freePositions));
  return { kind: 'slot', open: quote, slot, countPositions, close: quote };
}

function allOf<T>(items: readonly (T | undefined)[]): T[] | undefined {
  const found = items.filter((item) => item !== undefined);
  return found.length === items.length ? found : undefined;
}

function findSlot(part: Part): SlotPart | undefined {
  if (part.kind === 'slot') return part;
  for (const member of part.members) {
    const found = findSlot(member.part);
    if (found) return found;
  }
  return undefined;
}

/** Where in a block of tokens a slot's masks stand. */
export interface Place {
  readonly part: SlotPart;
  readonly start: number;
  /** Null at its first position leaves out an optional member. */
  readonly mayBeEmpty: boolean;
}

export interface Layout {
  readonly ids: number[];
  readonly places: Place[];
}

/** All of `members`, with `mask` where values go. */
export function layOut(members: readonly Member[], isFirst: boolean, mask: number): Layout {
  const layout: Layout = { ids: [], places: [] };
  addMembers(members, isFirst, new Set());
  return layout;

  function addMembers(list: readonly Member[], isFirstInList: boolean, emptied: ReadonlySet<SlotPart>): void {
    for (const [index, member] of list.entries()) {
      const own = member.isOptional ? findSlot(member.part) : undefined;
      layout.ids.push(...(isFirstInList && index === 0 ? member.first : member.later));
      addPart(member.part, own ? new Set([...emptied, own]) : emptied);
    }
  }

  function addPart(part: Part, emptied: ReadonlySet<SlotPart>): void {
    layout.ids.push(...part.open);
    if (part.kind === 'slot') {
      layout.places.push({ part, start: layout.ids.length, mayBeEmpty: emptied.has(part) });
      layout.ids.push(...Array<number>(part.countPositions).fill(mask));
    } else addMembers(part.members, true, emptied);
    layout.ids.push(...part.close);
  }
}

/** A token of the arguments, and how sure its value is. */
export interface Written {
  readonly id: number;
  readonly p: number;
}

export interface Filled {
  /** Nulls among them. */
  readonly tokens: ArrayLike<number>;
  readonly p: number;
}

/** The members as a call is written: without nulls, and without those that are absent. */
export function write(
  members: readonly Member[],
  isFirst: boolean,
  filledOf: (part: SlotPart) => Filled,
  nullToken: number,
): Written[] {
  const written: Written[] = [];
  writeMembers(members, isFirst, false);
  return written;

  function isAbsent({ isOptional, part }: Member): boolean {
    const slot = isOptional ? findSlot(part) : undefined;
    return slot !== undefined && filledOf(slot).tokens[0] === nullToken;
  }

  function writeMembers(list: readonly Member[], isFirstInList: boolean, endsAtAbsent: boolean): void {
    let isNext = isFirstInList;
    for (const member of list) {
      if (isAbsent(member)) {
        if (endsAtAbsent) return;
        continue;
      }
      writeFixed(isNext ? member.first : member.later);
      isNext = false;
      writePart(member.part);
    }
  }

  function writePart(part: Part): void {
    writeFixed(part.open);
    if (part.kind === 'slot') {
      const { tokens, p } = filledOf(part);
      for (const id of Array.from(tokens)) if (id !== nullToken) written.push({ id, p });
    } else writeMembers(part.members, true, part.endsAtAbsent);
    writeFixed(part.close);
  }

  function writeFixed(ids: readonly number[]): void {
    for (const id of ids) written.push({ id, p: 1 });
  }
}
