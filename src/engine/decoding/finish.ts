// After the last word of a reply: does a call follow it? Mostly its end was a candidate of the last forward, which says
// that too; else one more is needed.
import type { Scores } from '../forward/pass.ts';
import type { Decoding, Progress } from './progress.ts';

/** Only a whole reply after which a call may be chosen leaves this open. */
export function mayCallNext({ acts }: Decoding, { actProbabilities, guide }: Progress): boolean {
  return actProbabilities.act === 'say' && acts.includes('call') && !guide.isTruncated;
}

/** One forward: p(<call>) against p(<user>), after the reply and its end. */
export async function askForCall(decoding: Decoding, reply: readonly number[]): Promise<number> {
  const { runPass, where, manifest, request } = decoding;
  const { specials } = manifest;
  const whole = [...request.context, specials.say, ...reply, specials.end];
  where.kv.rewind(Math.min(where.kv.countShared(whole), whole.length - 1));
  const causal = whole.slice(where.kv.length);
  const scores = await runPass(where, { causal, rows: [causal.length - 1], wantsRows: false, stage: 'denoise' });
  scores.keep(causal.length);
  return pCallNext(scores, 0);
}

/** What the row of a reply's end says. */
export function pCallNext(scores: Scores, row: number): number {
  const [call, user] = [scores.pOf(row, 'call'), scores.pOf(row, 'user')];
  return call + user > 0 ? call / (call + user) : 0;
}
