// What only a recording knows of a call: how its drafts came about, what the output did, and what the machine was told.

import { z } from 'zod';
import { act, args, atMs, turn } from './call-file-events.ts';

const us = z.int().min(0);
/** The request that the machine made of the model; counts up through a call. */
const draft = z.int().min(1);
/** From and to, in UTF-16 code units of the draft's text. */
const span = z.tuple([z.int().min(0), z.int().min(0)]);

export const markSchemas = [
  /** The caller's words are frozen. `isHit`: the draft is the reply; `isContinued`: the draft that runs will be; `isFinalMissed`: nobody said that these are all. */
  z.strictObject({
    type: z.literal('turn.committed'),
    atMs,
    turn,
    isHit: z.boolean(),
    isContinued: z.boolean().exactOptional(),
    isFinalMissed: z.literal(true).exactOptional(),
  }),
  z.strictObject({ type: z.literal('turn.taken-back'), atMs, turn }),
  /** A sound of the caller made the agent fall silent. */
  z.strictObject({ type: z.literal('reply.paused'), atMs, turn }),
  /** No more words will be added to the turn's reply. */
  z.strictObject({ type: z.literal('reply.completed'), atMs, turn }),
  z.strictObject({
    type: z.literal('draft.started'),
    atMs,
    turn,
    draft,
    cause: z.enum(['interim', 'final', 'step']),
    /** The caller's words that it answers. */
    words: z.string(),
    acts: z.array(act).exactOptional(),
    /** The draft that it started from. */
    previous: draft.exactOptional(),
  }),
  /** One forward of the model, and the draft after it, as the machine received it. */
  z.strictObject({
    type: z.literal('draft.stepped'),
    atMs,
    turn,
    draft,
    /** Forwards of this draft so far. */
    step: z.int().min(0),
    stage: z.enum(['prefill', 'denoise']),
    /** By stage, since the step before. */
    tookUs: z.record(z.string(), us),
    act,
    text: z.string(),
    /** Characters from the start that will not change any more. */
    stableLength: z.int().min(0),
    /** Where the text differs from the step before, or from `previous` at the first step. */
    fixed: z.array(span),
    isDone: z.boolean(),
    call: z.strictObject({ name: z.string(), arguments: args }).exactOptional(),
    /** By argument of `call`, how sure the model is of its value, 0 to 1. */
    missing: z.array(z.string()).exactOptional(),
    argumentConfidences: z.record(z.string(), z.number()).exactOptional(),
    callFollows: z.boolean().exactOptional(),
    pEndOfTurn: z.number(),
    pWait: z.number(),
    countSteps: z.int().min(0),
    /** Tokens of `previous` that were kept. */
    countReused: z.int().min(0),
  }),
  z.strictObject({
    type: z.literal('draft.ended'),
    atMs,
    turn,
    draft,
    outcome: z.enum(['committed', 'superseded', 'barge-in', 'ended']),
    /** `savedUs` + `neededUs` + `wastedUs` = `modelUs`. */
    modelUs: us,
    /** Worked ahead of the turn's zero, and used. */
    savedUs: us,
    /** Used, but waited for. */
    neededUs: us,
    wastedUs: us,
  }),
  z.strictObject({ type: z.literal('clause.cut'), atMs, turn, text: z.string() }),
  z.strictObject({ type: z.literal('clause.spoken'), atMs, turn, text: z.string(), lengthMs: z.number().min(0) }),
  /** All that the caller has heard of the turn's reply so far. */
  z.strictObject({ type: z.literal('reply.heard'), atMs, turn, heard: z.string() }),
  /** Loudest sample of each 100 ms of the agent's voice from `fromMs` on, 0 to 127. */
  z.strictObject({
    type: z.literal('audio.peaks'),
    atMs,
    side: z.literal('agent'),
    fromMs: z.number().min(0),
    peaks: z.array(z.int().min(0).max(127)),
  }),
  /** Whatever else the machine was told (results of tools, timers that ran out, ends of utterances): for replay. */
  z.strictObject({ type: z.literal('machine.told'), atMs, event: z.looseObject({ type: z.string() }) }),
  /** The disk was slower than the call: so many lines are missing here. */
  z.strictObject({ type: z.literal('lines.dropped'), atMs, count: z.int().min(1) }),
  /** The last line: the file became too long, and the call goes on in the next one. */
  z.strictObject({ type: z.literal('file.continued'), atMs }),
] as const;
