// What the schemas of one prompt may come to: so many values, constants, states and bytes, counted while they are
// compiled. Knows no schema.
import { EngineError } from '../../errors.ts';
import { type ByteTable, sizeBytesOf } from './byte-dfa.ts';

/** Of all tools of a prompt together, unless it says otherwise. */
export const schemaLimits = {
  /** As JSON. */
  sizeBytes: 65_536,
  /** Schemas within each other and beside each other. */
  countValues: 1000,
  /** Values of enums, and the characters of all of them. */
  countConstants: 1000,
  countConstantCharacters: 16_384,
  /** Of one pattern. */
  countPatternCharacters: 1000,
  /** Of the automata of patterns, formats and numbers. */
  countStates: 16_384,
  tableBytes: 4 * 2 ** 20,
  /** Of the shortest value that a schema allows: it has to be written in full. */
  countLeastCharacters: 1000,
} as const;

export interface Budget {
  /** Each throws EngineError `schema-too-large`, which says where, how much and the limit. */
  takeValue(where: string): void;
  takeConstants(texts: readonly string[], where: string): void;
  /** What was compiled before costs nothing again. `compile` is told of as it begins. */
  tableOf(key: string, where: string, compile: () => ByteTable | undefined): ByteTable | undefined;
}

/** `beginning` hears of each automaton before it is made. */
export function createBudget(beginning: (where: string) => void = () => undefined): Budget {
  const tables = new Map<string, ByteTable | undefined>();
  let countValues = 0;
  let countConstants = 0;
  let countCharacters = 0;
  let countStates = 0;
  let tableBytes = 0;

  return {
    takeValue(where) {
      if (++countValues > schemaLimits.countValues)
        throw tooLarge(where, `more than ${schemaLimits.countValues} schemas in all tools of a request`);
    },

    takeConstants(texts, where) {
      countConstants += texts.length;
      countCharacters += texts.reduce((sum, text) => sum + text.length, 0);
      if (countConstants > schemaLimits.countConstants)
        throw tooLarge(where, `${countConstants} constants so far, the most is ${schemaLimits.countConstants}`);
      if (countCharacters > schemaLimits.countConstantCharacters)
        throw tooLarge(
          where,
          `${countCharacters} characters of constants so far, the most is ${schemaLimits.countConstantCharacters}`,
        );
    },

    tableOf(key, where, compile) {
      if (tables.has(key)) return tables.get(key);
      beginning(where);
      const table = compile();
      tables.set(key, table);
      countStates += table?.countStates ?? 0;
      tableBytes += table ? sizeBytesOf(table) : 0;
      if (countStates > schemaLimits.countStates)
        throw tooLarge(where, `${countStates} states of automata so far, the most is ${schemaLimits.countStates}`);
      if (tableBytes > schemaLimits.tableBytes)
        throw tooLarge(where, `${tableBytes} bytes of automata so far, the most is ${schemaLimits.tableBytes}`);
      return table;
    },
  };
}

export function tooLarge(where: string, what: string): EngineError {
  return new EngineError('schema-too-large', `${where}: ${what}: say less with it`);
}
