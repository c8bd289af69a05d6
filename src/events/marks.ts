// Marks: what stays inside the process, and in its traces: how drafts came about, what was spoken, what the machine was
// told.

import { z } from 'zod';
import { type Definitions, type EventOf, toSchemas, toUnion } from './definition.ts';
import { act, args, covered, draft, turn, us, words } from './fields.ts';
import { machineEvents } from './machine-events.ts';

/** From and to, in UTF-16 code units of the draft's text. */
const span = z.tuple([z.int().min(0), z.int().min(0)]);

export const marks = {
  /**
   * The caller's words are frozen: the ledger's zero. `isHit`: the draft is the reply; `isContinued`: the draft that
   * runs will be; `isFinalMissed`: nobody said that these are all.
   */
  'turn.committed': {
    fields: { turn, isHit: z.boolean(), isContinued: z.boolean(), isFinalMissed: z.literal(true).exactOptional() },
    by: 'conversation',
  },
  'turn.taken-back': { fields: { turn }, by: 'conversation' },
  /** A sound of the caller made the agent fall silent; `reply.resumed` or the end of the reply follows. */
  'reply.paused': { fields: { turn }, by: 'conversation' },
  'draft.started': {
    fields: {
      turn,
      draft,
      cause: z.enum(['interim', 'final', 'step']),
      /** The caller's words that it answers. */
      words,
      acts: z.array(act).exactOptional(),
      /** The draft that it started from. */
      previous: draft.exactOptional(),
    },
  },
  /** One forward of the model, and the draft after it, as the machine received it. */
  'draft.stepped': {
    fields: {
      turn,
      draft,
      /** Forwards of this draft so far. */
      step: z.int().min(0),
      /** `remote`: of a model over the network, whose steps are the pieces in which its answer came. */
      stage: z.enum(['prefill', 'denoise', 'remote']),
      /** By stage, since the step before. */
      tookUs: z.record(z.string(), us),
      act,
      text: words,
      /** Characters from the start that will not change any more. */
      stableLength: z.int().min(0),
      /** Where the text differs from the step before, or from `previous` at the first step. */
      fixed: z.array(span),
      isDone: z.boolean(),
      /** No more was done for it until it was resumed or promoted. */
      isHeld: z.literal(true).exactOptional(),
      call: covered(z.strictObject({ name: z.string(), arguments: args }).exactOptional()),
      missing: z.array(z.string()).exactOptional(),
      /** By argument of `call`, how sure the model is of its value, 0 to 1. */
      argumentConfidences: z.record(z.string(), z.number()).exactOptional(),
      callFollows: z.boolean().exactOptional(),
      pEndOfTurn: z.number(),
      pWait: z.number(),
      countSteps: z.int().min(0),
      /** Tokens of `previous` that were kept. */
      countReused: z.int().min(0),
    },
  },
  'draft.ended': {
    fields: {
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
    },
  },
  'clause.cut': { fields: { turn, text: words } },
  'clause.spoken': { fields: { turn, text: words, lengthMs: z.number().min(0) } },
  /** All that the caller has heard of the turn's reply so far. */
  'reply.heard': { fields: { turn, heard: words } },
  /** Loudest sample of each 100 ms of the agent's voice from `fromMs` on, 0 to 127. */
  'audio.peaks': {
    fields: { side: z.literal('agent'), fromMs: z.number().min(0), peaks: z.array(z.int().min(0).max(127)) },
  },
  /** Whatever else the machine was told (results of tools, timers that ran out, ends of utterances): for replay. */
  'machine.told': {
    fields: {
      event: covered(toUnion<EventOf<typeof machineEvents>>(toSchemas(machineEvents, ({ fields }) => fields))),
    },
  },
  /** The disk was slower than the call: so many lines are missing here. */
  'lines.dropped': { fields: { count: z.int().min(1) } },
  /** The last line: the file became too long, and the call goes on in the next one. */
  'file.continued': { fields: {} },
} as const satisfies Definitions;
