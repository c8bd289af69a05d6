// What can be measured on the words of replies: likeness, variety, loops. Pure functions; know no model.
import { normalise } from './model-values.ts';

const CHRF_ORDERS = 6;
const CHRF_BETA = 2;

/** By n from 1: n-grams that match, of the drafted reply, of the one that was said. */
export type ChrfCounts = readonly (readonly [matching: number, drafted: number, said: number])[];

/** Character n-grams, spaces aside (Popović, "chrF: character n-gram F-score for automatic MT evaluation"). */
export function countChrf(drafted: string, said: string): ChrfCounts {
  const [own, other] = [drafted, said].map((text) => Array.from(text.replaceAll(/\s/g, '')));
  return Array.from({ length: CHRF_ORDERS }, (_, index) => {
    const [left, right] = [countNgrams(own ?? [], index + 1), countNgrams(other ?? [], index + 1)];
    const matching = [...left].reduce((sum, [ngram, count]) => sum + Math.min(count, right.get(ngram) ?? 0), 0);
    return [matching, total(left), total(right)] as const;
  });
}

/** F-score (0..1) of counts added up over replies: precision and recall are means over the orders that both have. */
export function chrf(all: readonly ChrfCounts[]): number | null {
  let precision = 0;
  let recall = 0;
  let countOrders = 0;
  for (let order = 0; order < CHRF_ORDERS; order++) {
    const sum = (part: 0 | 1 | 2) => all.reduce((total, counts) => total + (counts[order]?.[part] ?? 0), 0);
    const [matching, drafted, said] = [sum(0), sum(1), sum(2)];
    if (drafted === 0 || said === 0) continue;
    precision += matching / drafted;
    recall += matching / said;
    countOrders++;
  }
  if (countOrders === 0) return all.length === 0 ? null : 0;
  if (precision + recall === 0) return 0;
  const weight = CHRF_BETA ** 2;
  return ((1 + weight) * precision * recall) / (weight * precision + recall) / countOrders;
}

/** Different pairs of neighbouring words among all such pairs; null without a pair. */
export function distinct2(replies: readonly string[]): number | null {
  const pairs = replies.flatMap((reply) => [...ngrams(toWords(reply), 2)]);
  return pairs.length === 0 ? null : new Set(pairs).size / pairs.length;
}

/** The same four words in a row twice. */
export function isLooping(reply: string): boolean {
  const fours = [...ngrams(toWords(reply), 4)];
  return new Set(fours).size < fours.length;
}

export function countWords(reply: string): number {
  return toWords(reply).length;
}

function toWords(text: string): string[] {
  return normalise(text)
    .split(' ')
    .filter((word) => word !== '');
}

function* ngrams(parts: readonly string[], length: number): Generator<string> {
  for (let start = 0; start + length <= parts.length; start++)
    yield parts.slice(start, start + length).join(length > 1 ? '\u0000' : '');
}

function countNgrams(parts: readonly string[], length: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const ngram of ngrams(parts, length)) counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  return counts;
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
