// How an event is written down, once: its fields, and where it goes. Types, schemas and lists of names are made from
// that.

import { z } from 'zod';

export type Fields = Readonly<Record<string, z.ZodType>>;

export interface Definition {
  /** What it says besides its type. */
  readonly fields: Fields;
  /** It is a message of the native wire, which holds these of its fields to more. @default it is none */
  readonly wire?: Fields;
  /** What its line in a trace says besides; false: it has no line. @default nothing */
  readonly trace?: Fields | false;
  /** Who says it, where that is the conversation itself: a replay must hear it again. @default a stage around it */
  readonly by?: 'conversation';
  /** The caller's turn of its number begins with it, or goes on. @default false */
  readonly opensTurn?: true;
}

/** Events by their type. */
export type Definitions = Readonly<Record<string, Definition>>;

/** Readonly to the innermost field. */
export type Frozen<T> = unknown extends T
  ? T
  : T extends Int16Array
    ? T
    : T extends object
      ? { readonly [K in keyof T]: Frozen<T[K]> }
      : T;

type EventSchema<T extends string, F extends Fields> = z.ZodObject<{ readonly type: z.ZodLiteral<T> } & F>;

/** Of an event of any type. */
export type TypedSchema = z.ZodObject<{ readonly type: z.ZodLiteral<string> }>;

/** The union of the events. */
export type EventOf<D extends Definitions> = {
  [T in keyof D & string]: Frozen<z.infer<EventSchema<T, D[T]['fields']>>>;
}[keyof D & string];

/** The types of those events that have a trait. */
export type TypesWith<D extends Definitions, Trait> = {
  [T in keyof D & string]: D[T] extends Trait ? T : never;
}[keyof D & string];

/** The union of their lines in a trace, before they have their times. */
export type LineOf<D extends Definitions> = {
  [T in keyof D & string]: D[T] extends { readonly trace: false }
    ? never
    : Frozen<z.infer<EventSchema<T, D[T]['fields'] & AddedBy<D[T]>>>>;
}[keyof D & string];

type AddedBy<D extends Definition> = D extends { readonly trace: infer F extends Fields } ? F : unknown;

/** The types of those events that pass. */
export function typesWhere(definitions: Definitions, passes: (one: Definition) => boolean): ReadonlySet<string> {
  return new Set(Object.entries(definitions).flatMap(([type, one]) => (passes(one) ? [type] : [])));
}

/** One schema for each event that `fieldsOf` gives fields for; no event may have others. */
export function toSchemas(
  definitions: Definitions,
  fieldsOf: (definition: Definition) => Fields | undefined,
): readonly TypedSchema[] {
  return Object.entries(definitions).flatMap(([type, definition]) => {
    const fields = fieldsOf(definition);
    return fields === undefined ? [] : [z.strictObject({ type: z.literal(type), ...fields })];
  });
}

/** Whichever of the schemas has the value's type. The caller names the union: schemas in a list have lost it. */
export function toUnion<E>(schemas: readonly TypedSchema[]): z.ZodType<E> {
  const [first, ...more] = schemas;
  if (first === undefined) throw new RangeError('a union needs at least one schema');
  return z.discriminatedUnion('type', [first, ...more]) as z.ZodType as z.ZodType<E>;
}
