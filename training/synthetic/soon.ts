// Days and hours as callers say them who want something soon: "tonight around seven".

import type { SlotMaker } from './slots.ts';
import { months, weekdays } from './words.ts';

const DAY_MS = 86_400_000;
const hourWords = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');

/** `date` is YYYY-MM-DD, or the caller's word. */
export const soon: SlotMaker = (scene, today) => {
  const isIso = scene.chance(0.6);
  const isDescribed = scene.chance(0.5);
  return {
    key: scene.oneOf(isIso ? ['date', 'date', 'day'] : ['day', 'date', 'when']),
    kind: 'day',
    schema: isIso
      ? { type: 'string', ...(isDescribed ? { description: 'Date, YYYY-MM-DD' } : { format: 'date' }) }
      : { type: 'string', ...(isDescribed ? { description: 'Day as the caller said it' } : {}) },
    asks: ['What day would you like?', 'Which day?', 'For what day?', 'For when?'],
    lead: '{value}',
    draw() {
      const countDays = scene.oneOf([0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 9, 12]);
      const date = new Date(today.getTime() + countDays * DAY_MS);
      const weekday = weekdays[date.getUTCDay()] ?? '';
      const words = [
        scene.oneOf(['tonight', 'today', 'this evening', 'tonight']),
        scene.oneOf(['tomorrow', 'tomorrow', 'tomorrow night']),
        scene.oneOf(['the day after tomorrow', `on ${weekday}`]),
      ];
      const dated = `on ${months[date.getUTCMonth()]} ${date.getUTCDate()}`;
      const said = words[countDays] ?? (countDays < 7 ? scene.oneOf([`on ${weekday}`, `this ${weekday}`]) : dated);
      const bare = said.replace(/^(on|this) (?=[A-Z])/, '');
      return { argument: isIso ? date.toISOString().slice(0, 10) : bare, said, read: said };
    },
  };
};

/** Between two hours of the day. `time` is HH:MM, or the caller's words. */
export function soonAt(from: number, to: number): SlotMaker {
  return (scene) => {
    const isClock = scene.chance(0.6);
    const isDescribed = scene.chance(0.5);
    return {
      key: scene.oneOf(isClock ? ['time', 'time', 'start_time'] : ['time', 'preferred_time']),
      kind: 'time',
      schema: {
        type: 'string',
        ...(isDescribed ? { description: isClock ? 'Time, HH:MM' : 'Time as the caller said it' } : {}),
        ...(isClock && !isDescribed ? { format: 'time' } : {}),
      },
      asks: ['What time?', 'At what time?', 'What time works for you?', 'And what time would you like?'],
      lead: scene.oneOf(['at {value}', 'around {value}', 'about {value}', 'at {value}']),
      draw() {
        const hour = scene.wholeNumber(from, to);
        const isHalf = scene.chance(0.3);
        const short = hour > 12 ? hour - 12 : hour;
        const word = hourWords[short] ?? '';
        const half = scene.oneOf([`half past ${word}`, `${word} thirty`, `${short}:30`]);
        const spoken = isHalf ? half : scene.oneOf([word, word, String(short)]);
        const said = scene.chance(0.35) ? `${spoken} ${hour < 12 ? 'am' : 'pm'}` : spoken;
        const clock = `${String(hour).padStart(2, '0')}:${isHalf ? '30' : '00'}`;
        return { argument: isClock ? clock : said, said, read: said };
      },
    };
  };
}
