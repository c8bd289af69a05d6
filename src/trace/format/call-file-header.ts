import { z } from 'zod';

/**
 * What was left out at the source: every word of caller and agent, the digits in them, or the fields that the agent
 * names.
 */
const redaction = z.enum(['text', 'numbers', 'fields']);

export const headerSchema = z.strictObject({
  type: z.literal('header'),
  version: z.literal(1),
  /** The agent's name: who answers. */
  agent: z.string().min(1),
  /** Where the words are from. */
  source: z.string().exactOptional(),
  licence: z.string().exactOptional(),
  /** ISO 8601: the wall time of `atMs` 0. */
  startedAt: z.iso.datetime().exactOptional(),
  /** The day that the agent took for today, if it was not the day of `startedAt`. */
  today: z.iso.date().exactOptional(),
  callId: z.string().exactOptional(),
  /** The version that wrote the file. */
  repartee: z.string().exactOptional(),
  /** Of what the model is told of the agent, its instructions and tools: another hash answers otherwise. */
  agentHash: z.string().exactOptional(),
  modelHash: z.string().exactOptional(),
  /** What wrote the replies over the network; the model of `modelHash` stood beside it. */
  model: z.string().exactOptional(),
  seed: z.int().exactOptional(),
  effort: z.string().exactOptional(),
  /** The wire carried speech: totals run to the first audio frame. */
  hasAudio: z.boolean().exactOptional(),
  /** Processor and threads: the same words may cost other milliseconds elsewhere. */
  machine: z.string().exactOptional(),
  redacted: redaction.exactOptional(),
  /** A long call goes on in further files, counted from 2. */
  part: z.int().min(2).exactOptional(),
});

export type CallHeader = Readonly<z.infer<typeof headerSchema>>;
