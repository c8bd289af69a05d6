// Regular expressions as automata over the bytes inside a JSON string. Takes what is regular in ECMAScript's syntax,
// refuses the rest by name.
import { CharSet, DFA, type Element, JS, NFA, type NoParent } from 'refa';
import { type ByteState, type ByteTable, createByteTable } from './byte-dfa.ts';
import { type Range, toByteRanges } from './utf8.ts';

type Part = NoParent<Element>;

/**
 * ECMAScript's flags. Without u or v a character beyond U+FFFF is two, so none is written; g and d say nothing here.
 */
export interface Pattern {
  readonly source: string;
  readonly flags: string;
}

const MAX_CODE_POINT = 0x10ffff;
/** Of one automaton, over characters or over bytes. */
const MAX_STATES = 4096;

/**
 * The strings that all of `patterns` match, each anywhere unless it is anchored. Undefined where there are none. Throws
 * an Error that says what is not supported.
 */
export function compilePatterns(
  patterns: readonly Pattern[],
  isWritable: (byte: number) => boolean,
): ByteTable | undefined {
  const [first, ...others] = patterns.map(toDfa);
  if (!first) return undefined;
  const all = others.reduce((left, right) => DFA.fromIntersection(left, right, limited()), first);
  all.minimize();
  return createByteTable(toByteStates(all), isWritable);
}

function toDfa({ source, flags }: Pattern): DFA {
  const refused = /[my]/.exec(flags);
  if (refused) throw new Error(`flag ${refused[0]} is not supported; say it without`);
  const all = parse(source, flags);
  const [only] = all;
  if (all.length !== 1 || !only) return toPlainDfa(all);
  const { aheads, elements } = splitAheads(only);
  const rest = toPlainDfa([elements]);
  return aheads.reduce((left, ahead) => DFA.fromIntersection(left, toAheadDfa(ahead, flags), limited()), rest);
}

/** The elements of each alternative. */
function parse(source: string, flags: string): Part[][] {
  const literal = { source, flags: flags.replaceAll(/[gd]/g, '') };
  const { expression } = JS.Parser.fromLiteral(literal).parse({ assertions: 'unknown', backreferences: 'throw' });
  return expression.alternatives.map(({ elements }) => elements);
}

function toPlainDfa(all: readonly (readonly Part[])[]): DFA {
  const alternatives = all.map((elements) => {
    const inner = anchored(elements);
    inner.forEach(checkPart);
    return { type: 'Concatenation', elements: inner.map(widened) } as const;
  });
  const nfa = NFA.fromRegex(alternatives, { maxCharacter: MAX_CODE_POINT }, {}, new NFA.LimitedNodeFactory(MAX_STATES));
  return DFA.fromFA(nfa, limited());
}

const aheadPattern = /^\(\?([=!])(.*)\)$/s;

/** Right behind the start, what is looked ahead for is a pattern of the whole text; elsewhere it is refused. */
function splitAheads(elements: readonly Part[]): {
  readonly aheads: readonly string[];
  readonly elements: readonly Part[];
} {
  const isAhead = (part: Part | undefined) => part?.type === 'Unknown' && aheadPattern.test(part.id);
  if (!isAnchor(elements[0], '^')) return { aheads: [], elements };
  let count = 0;
  while (isAhead(elements[1 + count])) count++;
  const aheads = elements.slice(1, 1 + count).map((part) => (part.type === 'Unknown' ? part.id : ''));
  return { aheads, elements: [...elements.slice(0, 1), ...elements.slice(1 + count)] };
}

function toAheadDfa(ahead: string, flags: string): DFA {
  const [, sign = '', inner = ''] = aheadPattern.exec(ahead) ?? [];
  const alternatives = parse(inner, flags).map((elements): Part[] => [start, ...elements]);
  const dfa = toPlainDfa(alternatives);
  if (sign === '!') dfa.complement(limited());
  return dfa;
}

const start: Part = { type: 'Unknown', id: '^' };

/** All automata are over the same characters. */
function widened(part: Part): Part {
  if (part.type === 'CharacterClass')
    return { ...part, characters: CharSet.empty(MAX_CODE_POINT).union(part.characters.ranges) };
  if (part.type === 'Unknown' || part.type === 'Assertion') return part;
  const alternatives = part.alternatives.map((one) => ({ ...one, elements: one.elements.map(widened) }));
  return { ...part, alternatives };
}

function limited(): DFA.LimitedNodeFactory {
  return new DFA.LimitedNodeFactory(MAX_STATES);
}

/** Without an anchor at an end, anything may stand before or after. */
function anchored(elements: readonly Part[]): Part[] {
  const hasStart = isAnchor(elements[0], '^');
  const hasEnd = isAnchor(elements.at(-1), '$');
  const inner = elements.slice(hasStart ? 1 : 0, hasEnd ? -1 : elements.length);
  return [...(hasStart ? [] : [anything()]), ...inner, ...(hasEnd ? [] : [anything()])];
}

function isAnchor(element: Part | undefined, id: string): boolean {
  return element?.type === 'Unknown' && element.id === id;
}

function anything(): Part {
  const one: Part = { type: 'CharacterClass', characters: CharSet.all(MAX_CODE_POINT) };
  const alternatives = [{ type: 'Concatenation' as const, elements: [one] }];
  return { type: 'Quantifier', alternatives, min: 0, max: Number.POSITIVE_INFINITY, lazy: false };
}

function checkPart(part: Part): void {
  if (part.type === 'Unknown') {
    const isOfEnds = part.id === '^' || part.id === '$';
    throw new Error(
      `${part.id} is ${isOfEnds ? 'supported at the ends of the pattern only' : 'not supported; say it without'}`,
    );
  }
  if (part.type !== 'CharacterClass') for (const { elements } of part.alternatives) elements.forEach(checkPart);
}

/** The bytes that are left of a character, and where it leads. */
interface Tail {
  readonly ranges: readonly Range[];
  readonly to: number;
}

/** The states of `dfa`, the initial one first, and those within its characters. */
function toByteStates(dfa: DFA): ByteState[] {
  const nodes = [dfa.initial, ...[...dfa.nodes()].filter((node) => node !== dfa.initial)];
  const numbers = new Map(nodes.map((node, index) => [node, index]));
  const withinCharacter = new Map<string, number>();
  const todo: (readonly Tail[])[] = nodes.map((node) =>
    [...node.out].flatMap(([range, to]) => toByteRanges(range).map((ranges) => ({ ranges, to: numbers.get(to) ?? 0 }))),
  );
  const stateOf = (tails: readonly Tail[]): number => {
    const [only] = tails;
    if (only?.ranges.length === 0) return only.to;
    const key = tails.map(({ ranges, to }) => `${ranges.map(({ min, max }) => `${min}-${max}`).join()}>${to}`).join();
    const state = withinCharacter.get(key) ?? todo.push(tails) - 1;
    if (state >= MAX_STATES) throw new Error(`it needs more than ${MAX_STATES} states`);
    withinCharacter.set(key, state);
    return state;
  };
  const states: ByteState[] = [];
  for (const tails of todo) {
    const byByte = new Map<number, Tail[]>();
    for (const { ranges, to } of tails) {
      const [first, ...rest] = ranges;
      for (let byte = first?.min ?? 0; byte <= (first?.max ?? -1); byte++) {
        const found = byByte.get(byte) ?? [];
        found.push({ ranges: rest, to });
        byByte.set(byte, found);
      }
    }
    const node = nodes[states.length];
    states.push({
      next: new Map([...byByte].map(([byte, rest]) => [byte, stateOf(rest)])),
      isFinal: node !== undefined && dfa.finals.has(node),
    });
  }
  return states;
}
