// After the last word of a reply: does a call follow it? Mostly its end was a candidate of the last forward, which says
// that too; else one more is needed.
import type { Scores } from '../forward/pass.ts';
import { type Marks, openingOf } from '../marks.ts';
import type { Decoding, Progress } from './progress.ts';

/** Only a whole reply after which a call may be chosen leaves this open. */
export function mayCallNext({ acts }: Decoding, { actProbabilities, guide }: Progress): boolean {
  return actProbabilities.act === 'say' && acts.includes('call') && !guide.isTruncated;
}

/** One forward, after the reply. */
export async function askForCall(decoding: Decoding, reply: readonly number[]): Promise<number> {
  const { runPass, where, marks, request } = decoding;
  const end = marks.callFollows === 'behind-end' ? [marks.end] : [];
  const whole = [...request.context, ...openingOf('say', marks), ...reply, ...end];
  where.kv.rewind(Math.min(where.kv.countShared(whole), whole.length - 1));
  const causal = whole.slice(where.kv.length);
  const scores = await runPass(where, { causal, rows: [causal.length - 1], wantsRows: false, stage: 'denoise' });
  scores.keep(causal.length);
  return pCallNext(scores, 0, marks);
}

/** p(a call) against p(the caller's turn), or p(the end), by the row where one or the other follows the reply. */
export function pCallNext(scores: Scores, row: number, { callFollows }: Pick<Marks, 'callFollows'>): number {
  const call = scores.pOf(row, 'call');
  const other = scores.pOf(row, callFollows === 'behind-end' ? 'user' : 'end');
  return call + other > 0 ? call / (call + other) : 0;
}
