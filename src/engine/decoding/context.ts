// Brings a context into the KV up to its last piece, and reads from the causal head at its end whose turn it is. Knows
// no reply.

import { at } from '../../base/at.ts';
import type { PassContext, RunPass, Scores } from '../forward/pass.ts';
import type { Manifest } from '../manifest.ts';
import { endsWith, type Marks } from '../marks.ts';
import type { Act, DraftRequest } from '../sequence.ts';

/** What the causal head says at the end of a context. */
export interface ActProbabilities {
  readonly act: Act;
  /** Among say, call and wait. */
  readonly pAct: number;
  readonly pCall: number;
  readonly pWait: number;
  readonly pEndOfTurn: number;
}

/** Rows of the forward that ends the context. */
export interface ContextRows {
  /** Clean tokens that the KV does not hold yet; the last of the context among them. */
  readonly causal: readonly number[];
  /** Rows, counted from the first of `causal`, for the end of the caller's turn (if it has one) and for the act. */
  readonly rows: readonly number[];
}

/** Rewinds to what the KV shares with `context` and prefills all but the last chunk of the rest. */
export async function prefillContext(
  runPass: RunPass,
  where: PassContext,
  context: readonly number[],
  marks: Marks,
): Promise<ContextRows> {
  const { kv } = where;
  const turnRow = findTurnRow(context, marks);
  kv.rewind(Math.min(kv.countShared(context), turnRow ?? context.length - 1));
  const firstNeeded = turnRow ?? context.length - 1;
  for (let most = where.chunkTokens(); context.length - kv.length > most; most = where.chunkTokens()) {
    const count = Math.min(most, firstNeeded - kv.length);
    if (count <= 0) break;
    await prefill(runPass, where, context.slice(kv.length, kv.length + count));
  }
  const rows = turnRow === undefined ? [] : [turnRow - kv.length];
  return { causal: context.slice(kv.length), rows: [...rows, context.length - 1 - kv.length] };
}

/** Puts all of `ids` into the KV. */
export async function prefillAll(runPass: RunPass, where: PassContext, ids: readonly number[]): Promise<void> {
  const { kv } = where;
  while (kv.length < ids.length) await prefill(runPass, where, ids.slice(kv.length, kv.length + where.chunkTokens()));
}

async function prefill(runPass: RunPass, where: PassContext, causal: readonly number[]): Promise<void> {
  const scores = await runPass(where, { causal, rows: [causal.length - 1], wantsRows: false, stage: 'prefill' });
  scores.keep(causal.length);
}

interface ActRules {
  readonly request: Pick<DraftRequest, 'forceAct'>;
  /** What may be chosen. */
  readonly acts: readonly Act[];
  readonly manifest: Pick<Manifest, 'calibration'>;
  readonly marks: Marks;
}

/** Reads what `rows` of ContextRows say. */
export function readActProbabilities(
  scores: Scores,
  rows: ContextRows,
  { request, acts, manifest: { calibration }, marks }: ActRules,
): ActProbabilities {
  const actRow = rows.rows.length - 1;
  const nats: Readonly<Record<Act, number>> = {
    say: 0,
    call: calibration?.callNats ?? 0,
    wait: calibration?.waitNats ?? 0,
  };
  const p = (act: Act) => pOfAct(scores, actRow, act, marks) * Math.exp(nats[act]);
  const sum = p('say') + p('call') + p('wait');
  const share = (act: Act) => (sum > 0 ? p(act) / sum : 0);
  const [first = 'say', ...others] = acts;
  const act = request.forceAct ?? others.reduce((best, other) => (p(other) > p(best) ? other : best), first);
  return {
    act,
    pAct: share(act),
    pCall: share('call'),
    pWait: share('wait'),
    pEndOfTurn: actRow === 0 ? 0 : scores.pOf(0, 'end'),
  };
}

/** Words that need no opening are said unless they are called. */
function pOfAct(scores: Scores, row: number, act: Act, { openings }: Marks): number {
  const opening = openings[act];
  if (opening === undefined) return 0;
  return opening.length > 0 ? scores.pOf(row, act) : 1 - scores.pOf(row, 'call');
}

/** The row of the caller's last word, if the context ends with the caller's turn, closed or open. */
function findTurnRow(context: readonly number[], { asking, isSpecial, callerTurns }: Marks): number | undefined {
  const last = context.length - 1 - (endsWith(context, asking) ? asking.length : 0);
  let opening = last;
  while (opening >= 0 && !isSpecial(at(context, opening))) opening--;
  return opening >= 0 && callerTurns(context).at(-1) === opening ? last : undefined;
}
