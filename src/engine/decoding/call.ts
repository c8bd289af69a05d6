// Writes a tool call: whole arguments are proposed at once, and verified by the causal head in one forward pass. A call
// is verified to its end, whatever the effort and the deadline: nothing else keeps to its schema.

import { openingOf, readAct } from '../marks.ts';
import { type Effort, likeliestOnly } from './efforts.ts';
import { type Decoding, maxTokensOf, type Progress } from './progress.ts';
import { takeVerified, verify } from './verify.ts';

/** Most candidates of a forward pass; most of them are fixed by the schema. */
const MAX_CALL_CANDIDATES = 96;

/** Gives a turn after each forward pass. */
export async function* decodeCall(decoding: Decoding, progress: Progress): AsyncGenerator<void> {
  const { runPass, where, manifest, callProposer } = decoding;
  const { guide } = progress;
  while (!guide.isDone) {
    const { pending } = progress;
    const place = guide.place?.();
    const roomTokens = manifest.contextTokens - where.kv.length - pending.length;
    const candidates = place
      ? callProposer.propose(place, guide.tokens, Math.min(mostCandidates(decoding.effort), roomTokens))
      : [];
    const scores = await runPass(where, {
      causal: [...pending, ...candidates],
      // The first row judges the first candidate.
      rows: Array.from({ length: candidates.length + 1 }, (_, index) => pending.length - 1 + index),
      targets: [...candidates, 0],
      wantsRows: guide.needsRows,
      stage: 'denoise',
    });
    const verified = verify(decoding, guide, scores, 0, candidates, likeliestOnly);
    takeVerified(progress, verified);
    callProposer.learn(verified.countAccepted, scores, 0);
    scores.keep(pending.length + verified.countAccepted);
    yield;
  }
}

/**
 * Candidates for the first forward pass, the act first, where the act is sure to be a call or `given`, the earlier
 * draft, is one: that, and what may follow it. Undefined elsewhere.
 */
export function proposeCall(decoding: Decoding, given: readonly number[]): readonly number[] | undefined {
  const { acts, request, marks, callProposer } = decoding;
  const opening = openingOf('call', marks);
  const isSure = request.forceAct === undefined ? acts.length === 1 && acts[0] === 'call' : request.forceAct === 'call';
  const most = mostCandidates(decoding.effort);
  const isCall = given.length > 0 && acts.length > 0 && readAct(given, marks)?.act === 'call';
  if (most === 0 || !(isCall || (isSure && given.length === 0))) return undefined;
  const written = given.slice(opening.length);
  let place = decoding.createGuide('call', maxTokensOf(request, 'call')).place?.();
  for (const id of written) place = place?.isDone ? place : place?.after(id);
  // What may not be written any more is for the head to replace.
  if (place === undefined) return undefined;
  return place.isDone ? given : [...opening, ...written, ...callProposer.propose(place, written, most)];
}

function mostCandidates(effort: Effort): number {
  return effort.kind === 'speculative' && effort.proposedTokens === 0 ? 0 : MAX_CALL_CANDIDATES;
}
