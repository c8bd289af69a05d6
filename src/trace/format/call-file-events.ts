// What the wire knows of a call: the lines that any client could have written down.

import { z } from 'zod';

export const turn = z.int().min(0);
export const atMs = z.number().min(0);
export const act = z.enum(['say', 'call', 'wait']);
export const args = z.record(z.string(), z.unknown());
const us = z.int().min(0);
/** For how long the caller had made no sound. */
const silentMs = z.number().min(0).exactOptional();

/** A stretch of a turn's time that one stage is to blame for, from and to, in microseconds after the turn's zero. */
const stretch = z.tuple([z.string(), us, us]);

/** One piece of work that a turn came to: a decision of the model, or a tool. */
const loopStep = z.strictObject({
  kind: z.enum(['model', 'tool']),
  /** The tool's. */
  name: z.string().exactOptional(),
  /** All that it took, ahead of the turn's zero or after it. */
  aloneUs: us,
  /** What the caller waited for it: after the zero, before the first sound, or words. */
  waitedUs: us,
});

/** How the turn's steps add up; `aloneUs` - `waitedUs` = `savedUs`, the work that was done while somebody spoke. */
const loop = z.strictObject({ steps: z.array(loopStep), aloneUs: us, waitedUs: us, savedUs: us });

export const eventSchemas = [
  z.strictObject({ type: z.literal('speech.started'), atMs, turn }),
  z.strictObject({
    type: z.literal('transcript.updated'),
    atMs,
    turn,
    text: z.string(),
    state: z.enum(['interim', 'final', 'resumed']),
    silentMs,
  }),
  z.strictObject({ type: z.literal('playback.position'), atMs, turn, playedMs: z.number().min(0) }),
  z.strictObject({ type: z.literal('call.ended'), atMs }),
  z.strictObject({ type: z.literal('call.ready'), atMs, callId: z.string(), agent: z.string() }),
  z.strictObject({
    type: z.literal('draft.changed'),
    atMs,
    turn,
    act,
    text: z.string(),
    pEndOfTurn: z.number(),
    pWait: z.number(),
  }),
  z.strictObject({
    type: z.literal('reply.updated'),
    atMs,
    turn,
    text: z.string(),
    isUninterruptible: z.literal(true).exactOptional(),
  }),
  z.strictObject({ type: z.literal('audio.started'), atMs, turn }),
  z.strictObject({ type: z.literal('audio.ended'), atMs, turn }),
  z.strictObject({ type: z.literal('playback.clear'), atMs, turn }),
  z.strictObject({
    type: z.literal('reply.ended'),
    atMs,
    turn,
    text: z.string(),
    heard: z.string(),
    interrupted: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('tool.started'),
    atMs,
    turn,
    name: z.string(),
    arguments: args,
    speculative: z.boolean(),
    /** Of a write, where its arguments are written down. */
    idempotencyKey: z.string().exactOptional(),
  }),
  z.strictObject({
    type: z.literal('tool.ended'),
    atMs,
    turn,
    name: z.string(),
    arguments: args,
    result: z.unknown().optional(),
    error: z.string().exactOptional(),
    code: z.string().exactOptional(),
    speculative: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('turn.measured'),
    atMs,
    turn,
    firstTextMs: z.number(),
    firstAudioMs: z.number().exactOptional(),
    totalMs: z.number(),
    partsUs: z.record(z.string(), z.int()),
    draft: z.enum(['hit', 'repaired', 'missed']),
    forwards: z.int(),
    steps: z.int(),
    /** When the turn's zero was: the caller stopped speaking, or, where the wire doesn't say when, the turn was committed. */
    userSpeechEndedMs: z.number().exactOptional(),
    /** Disjoint, in order of time; what no stretch covers is unexplained. */
    stretches: z.array(stretch).exactOptional(),
    loop: loop.exactOptional(),
  }),
  z.strictObject({ type: z.literal('speech.stopped'), atMs, turn, silentMs }),
  z.strictObject({ type: z.literal('dtmf.pressed'), atMs, turn, digit: z.string() }),
  z.strictObject({ type: z.literal('playback.interrupted'), atMs, turn, heard: z.string() }),
  z.strictObject({ type: z.literal('voicemail.detected'), atMs }),
  z.strictObject({ type: z.literal('reply.resumed'), atMs, turn, heard: z.string() }),
  z.strictObject({ type: z.literal('agent.changed'), atMs, turn, agent: z.string() }),
  z.strictObject({ type: z.literal('sound.requested'), atMs, source: z.string() }),
  z.strictObject({ type: z.literal('digits.requested'), atMs, digits: z.string() }),
  z.strictObject({ type: z.literal('language.requested'), atMs, language: z.string() }),
  z.strictObject({
    type: z.literal('call.closed'),
    atMs,
    reason: z.enum([
      'caller-hung-up',
      'agent-hung-up',
      'transferred',
      'caller-silent',
      'too-long',
      'voicemail',
      'agent-failed',
    ]),
    transfer: z.strictObject({ to: z.string(), note: z.string().exactOptional() }).exactOptional(),
  }),
  z.strictObject({ type: z.literal('error'), atMs, code: z.string(), message: z.string() }),
] as const;

export type Stretch = z.infer<typeof stretch>;
