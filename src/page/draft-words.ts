// What changed between two drafts, and what a drafted call says: pure functions over text.

import { at } from '../base/at.ts';

export interface DraftWord {
  readonly text: string;
  /** Index of the same word in the earlier draft, -1 for a new one. */
  readonly keptFrom: number;
}

/** The words of `next`, each with its place in `previous` along their longest common subsequence. */
export function compareDrafts(previous: readonly string[], next: readonly string[]): readonly DraftWord[] {
  const width = next.length + 1;
  const lengths = new Uint16Array((previous.length + 1) * width);
  for (let i = previous.length - 1; i >= 0; i--)
    for (let j = next.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        previous[i] === next[j]
          ? at(lengths, (i + 1) * width + j + 1) + 1
          : Math.max(at(lengths, (i + 1) * width + j), at(lengths, i * width + j + 1));
  const words: DraftWord[] = [];
  let i = 0;
  for (const [j, text] of next.entries()) {
    const rest = at(lengths, i * width + j);
    while (rest > 0 && previous[i] !== text && at(lengths, (i + 1) * width + j) === rest) i++;
    const isKept = i < previous.length && previous[i] === text;
    words.push({ text, keptFrom: isKept ? i : -1 });
    if (isKept) i++;
  }
  return words;
}

export function toWords(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** A drafted call, `name {"argument": "value"}` and maybe not complete yet, without its punctuation. */
export function describeCall(text: string): string {
  return text.replaceAll(/[{}"]/g, '').replaceAll('_', ' ').trim();
}
