// A turn's ledger as a bar and a line of figures, for a terminal.

import { styleText } from 'node:util';
import type { Measured } from '../playback/turn-log.ts';
import { compareStages } from '../trace/ledger/stages.ts';

const BAR_WIDTH = 40;
const palette = ['cyan', 'blue', 'magenta', 'yellow', 'green', 'white'] as const;
const HATCH = '░';
const BLOCK = '█';

/** Two lines: how long, as a bar of parts; the parts that take at least a microsecond. */
export function renderLedger(measured: Measured, hasColour: boolean): string[] {
  const totalUs = Math.round(measured.totalMs * 1000);
  const parts = Object.entries(measured.partsUs)
    .filter(([, us]) => us > 0)
    .sort(([a], [b]) => compareStages(a, b));
  const paint = (stage: string, index: number, text: string) =>
    !hasColour
      ? text
      : styleText(stage === 'unexplained' ? 'gray' : (palette[index % palette.length] ?? 'white'), text);
  const widths = shareOut(
    parts.map(([, us]) => us),
    Math.min(BAR_WIDTH, Math.ceil(totalUs / 1000)),
  );
  const bar = parts
    .map(([stage], index) => {
      const sign = stage === 'unexplained' ? HATCH : hasColour || index % 2 === 0 ? BLOCK : '▒';
      return paint(stage, index, sign.repeat(widths[index] ?? 0));
    })
    .join('');
  const until = measured.firstAudioMs === undefined ? 'first words' : 'first audio';
  const facts = [`${formatUs(totalUs)} to ${until}`];
  if (measured.firstAudioMs !== undefined) facts.push(`first words ${formatUs(measured.firstTextMs * 1000)}`);
  facts.push(`draft ${measured.draft}`, `${measured.forwards} forwards, ${measured.steps} steps`);
  const figures = parts.map(([stage, us], index) => paint(stage, index, `${stage} ${formatUs(us)}`)).join('  ');
  return [[bar, facts.join(' · ')].filter((text) => text !== '').join(' '), ...(figures === '' ? [] : [figures])];
}

/** Microseconds below a millisecond, else milliseconds. */
export function formatUs(us: number): string {
  return us < 1000 ? `${Math.round(us)} µs` : `${(us / 1000).toFixed(us < 100_000 ? 1 : 0)} ms`;
}

/** Whole columns in proportion, which sum to `width`; largest remainders first. */
function shareOut(values: readonly number[], width: number): number[] {
  const total = values.reduce((sum, value) => sum + value, 0);
  if (total === 0) return values.map(() => 0);
  const exact = values.map((value) => (value * width) / total);
  const columns = exact.map(Math.floor);
  const left = width - columns.reduce((sum, value) => sum + value, 0);
  const byRemainder = exact.map((value, index) => ({ index, rest: value - Math.floor(value) }));
  byRemainder.sort((a, b) => b.rest - a.rest || a.index - b.index);
  for (const { index } of byRemainder.slice(0, left)) columns[index] = (columns[index] ?? 0) + 1;
  return columns;
}
