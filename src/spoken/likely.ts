// Takes what callers said, gives the values that a call is likely to hold, as they would be written. Knows no schema
// and no model.
import type { Moment } from './calendar.ts';
import { readDates } from './dates.ts';
import { readDigits, readEmails } from './digits.ts';
import { readNumbers } from './number-words.ts';
import { readTimes } from './times.ts';

/** What was said longer ago is mostly in a call already. */
const MAX_TURNS = 8;
const MAX_VALUES = 48;
/** Of one turn, the last. */
const MAX_CHARACTERS = 400;
const MAX_KEPT = 100;

/**
 * Gives days, times, numbers, runs of digits and addresses, the newest words first. A turn that was read is not read
 * again on the same day.
 */
export function createLikelyReader(): (turns: readonly string[], moment: Moment) => readonly (string | number)[] {
  const known = new Map<string, readonly (string | number)[]>();
  let day = '';

  function readOnce(text: string, moment: Moment): readonly (string | number)[] {
    if (moment.today !== day || known.size > MAX_KEPT) known.clear();
    day = moment.today;
    const values = known.get(text) ?? read(text, moment);
    known.set(text, values);
    return values;
  }

  return (turns, moment) => {
    const texts = turns
      .slice(-MAX_TURNS)
      .map((text) => text.slice(-MAX_CHARACTERS))
      .toReversed();
    return [...new Set(texts.flatMap((text) => readOnce(text, moment)))].slice(0, MAX_VALUES);
  };
}

function read(text: string, moment: Moment): readonly (string | number)[] {
  return [
    ...readDates(text, moment.today),
    ...readTimes(text, moment),
    ...readEmails(text),
    ...readDigits(text).filter((run) => run.length > 2),
    ...readNumbers(text),
  ];
}
