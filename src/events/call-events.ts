// Said: what a call reports to its wire, its trace and its tests.

import { z } from 'zod';
import type { Definitions } from './definition.ts';
import { act, args, covered, draft, leftOut, probability, transfer, turn, us, words } from './fields.ts';

/** Why a call is over. */
export const closeReason = z.enum([
  'caller-hung-up',
  'agent-hung-up',
  'transferred',
  'caller-silent',
  'too-long',
  'voicemail',
  /** Code of the agent's threw where nobody could catch it. */
  'agent-failed',
  /** The caller can't be heard any more: no speech-to-text is left. */
  'stt-failed',
]);

const count = z.int().min(0);

/**
 * How a committed turn used its draft. hit: no forward after the final; repaired: reused after one or more; missed:
 * decoded from masks.
 */
export const draftUse = z.enum(['hit', 'repaired', 'missed']);

/**
 * What was drafted of a turn before it was committed. held: begun, and not gone on with, as the agent's policy has it.
 * forwards: passes of the model; kept: those of the draft that the reply went on from, and of the one after its tool's
 * result.
 */
const turnDrafts = z.strictObject({ begun: count, held: count, forwards: count, forwardsKept: count });

/** Integer microseconds by stage name (trace/ledger/stages.ts); sums to the turn's total. */
const partsUs = z.record(z.string(), z.int());

/** A stretch of a turn's time that one stage is to blame for, from and to, in microseconds after the turn's zero. */
export const stretch = z.tuple([z.string(), us, us]);

/** How the turn's steps add up; `aloneUs` - `waitedUs` = `savedUs`, the work that was done while somebody spoke. */
const loop = z.strictObject({
  /** Each piece of work that the turn came to: a decision of the model, or a tool. */
  steps: z.array(
    z.strictObject({
      kind: z.enum(['model', 'tool']),
      /** The tool's. */
      name: z.string().exactOptional(),
      /** All that it took, ahead of the turn's zero or after it. */
      aloneUs: us,
      /** What the caller waited for it: after the zero, before the first sound, or words. */
      waitedUs: us,
    }),
  ),
  aloneUs: us,
  waitedUs: us,
  savedUs: us,
});

/** How an answer of a model over the network failed, in the order of an answer. */
export const modelFault = z.enum([
  /** No connection: refused, reset before an answer, no such host, a certificate that nobody signed. */
  'unreachable',
  /** 401 and 403. */
  'key-refused',
  /** 429. */
  'rate-limited',
  /** Any other 4xx. */
  'request-refused',
  /** 5xx, or an error within the stream. */
  'server-failed',
  /** Not a word in time. */
  'first-late',
  /** It began, and nothing more came. */
  'stalled',
  /** It goes on, and on: for longer than it may, or with more than anybody would listen to. */
  'endless',
  /** The connection ended before the answer did. */
  'dropped',
  /** No JSON, or JSON that is no answer. */
  'garbled',
  /** Neither words nor a call. */
  'empty',
  /** A call whose arguments are no JSON object. */
  'call-garbled',
  /** A call where none was offered, or words where a call must come. */
  'act-not-allowed',
]);

export const modelReaction = z.enum(['asked-again', 'local', 'given-up']);

const atLeast0 = z.number().min(0);

export const callEvents = {
  'call.ready': { fields: { callId: z.string(), agent: z.string() }, wire: {} },
  'draft.changed': {
    fields: { turn, act, text: words, pEndOfTurn: z.number(), pWait: z.number() },
    wire: { pEndOfTurn: probability, pWait: probability },
    by: 'conversation',
  },
  /** All of the reply so far. `isUninterruptible`: it is said to its end, whoever speaks. */
  'reply.updated': {
    fields: { turn, text: words, isUninterruptible: z.literal(true).exactOptional() },
    wire: {},
    by: 'conversation',
  },
  /** No more words will be added to the turn's reply. Whoever waits on the wire waits for its end. */
  'reply.completed': { fields: { turn }, by: 'conversation' },
  'audio.started': { fields: { turn }, wire: {} },
  /** A binary frame on the wire. */
  'audio.delta': {
    fields: { turn, samples: z.custom<Int16Array>((value) => value instanceof Int16Array) },
    trace: false,
  },
  'audio.ended': { fields: { turn }, wire: {} },
  'playback.clear': { fields: { turn }, wire: {} },
  /** It was no interruption: what comes after `heard` is spoken again, in new audio. */
  'reply.resumed': { fields: { turn, heard: words }, wire: {}, by: 'conversation' },
  'reply.ended': {
    fields: { turn, text: words, heard: words, interrupted: z.boolean() },
    wire: {},
    by: 'conversation',
  },
  'tool.started': {
    fields: {
      turn,
      name: z.string(),
      arguments: args,
      speculative: z.boolean(),
      /**
       * Of a write: what its tool was given to pass on. From a key of few possible arguments they can be found by
       * trying.
       */
      idempotencyKey: leftOut(z.string().exactOptional()),
    },
    wire: {},
    by: 'conversation',
  },
  'tool.ended': {
    fields: {
      turn,
      name: z.string(),
      arguments: args,
      speculative: z.boolean(),
      result: covered(z.unknown().optional()),
      error: covered(z.string().exactOptional()),
      /** Of the error: `tool-failed`, `tool-timeout`, or one of the tool's own. */
      code: z.string().exactOptional(),
    },
    wire: {},
    by: 'conversation',
  },
  'turn.measured': {
    fields: {
      turn,
      firstTextMs: z.number(),
      firstAudioMs: z.number().exactOptional(),
      totalMs: z.number(),
      partsUs,
      draft: draftUse,
      drafts: turnDrafts.exactOptional(),
      forwards: z.int(),
      steps: z.int(),
    },
    wire: {
      firstTextMs: atLeast0,
      firstAudioMs: atLeast0.exactOptional(),
      totalMs: atLeast0,
      partsUs: z.record(z.string(), us),
      forwards: z.int().min(0),
      steps: z.int().min(0),
    },
    trace: {
      /**
       * When the turn's zero was: the caller stopped speaking, or, where the wire doesn't say when, the turn was
       * committed.
       */
      userSpeechEndedMs: z.number().exactOptional(),
      /** Disjoint, in order of time; what no stretch covers is unexplained. */
      stretches: z.array(stretch).exactOptional(),
      loop: loop.exactOptional(),
    },
  },
  /**
   * An answer of a model over the network, paid for, once it is known what became of it. Drafts that were asked twice
   * are billed twice.
   */
  'draft.billed': {
    fields: {
      turn,
      draft,
      /** As `--model` names it. */
      model: z.string(),
      /** `kept`: its words, or its call, became the reply or a part of it. */
      use: z.enum(['kept', 'thrown-away']),
      /** Of the context, `cachedTokens` among them. */
      inputTokens: z.int().min(0),
      cachedTokens: z.int().min(0),
      /** Written, those that were thought among them. */
      outputTokens: z.int().min(0),
      /** US dollars at the list price; left out where no price is known. */
      usd: z.number().min(0).exactOptional(),
      /** The answer was stopped, and nobody counted: guessed by its length. */
      isEstimated: z.literal(true).exactOptional(),
    },
  },
  /** An answer of a model over the network that could not be used, and what was done about it. */
  'model.failed': {
    fields: {
      turn,
      draft,
      model: z.string(),
      fault: modelFault,
      /** Of the HTTP answer. */
      status: z.int().exactOptional(),
      /** `asked-again`; `local`: the local model writes instead; `given-up`: nobody does. */
      reaction: modelReaction,
      /** What the server said about it, without the key. */
      detail: covered(z.string().exactOptional()),
    },
  },
  /** Another agent answers from here on. */
  'agent.changed': { fields: { turn, agent: z.string() }, wire: {}, by: 'conversation' },
  /**
   * The agent asks the wire to play a sound file, to press keys, to change the language (BCP 47); a wire that can't
   * passes it over.
   */
  'sound.requested': { fields: { source: z.string() }, wire: {}, by: 'conversation' },
  'digits.requested': { fields: { digits: covered(z.string()) }, wire: {}, by: 'conversation' },
  'language.requested': { fields: { language: z.string() }, wire: {}, by: 'conversation' },
  /** Nothing follows but the socket's end. */
  'call.closed': {
    fields: { reason: closeReason, transfer: covered(transfer.exactOptional()) },
    wire: {},
    by: 'conversation',
  },
  error: { fields: { code: z.string(), message: words }, wire: {} },
} as const satisfies Definitions;
