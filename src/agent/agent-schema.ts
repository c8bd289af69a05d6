// The checks of what an author writes about an agent, one field at a time, and what a field is that was left out.

import { z } from 'zod';
import type { Agent } from './agent.ts';
import type { AgentOptions } from './agent-options.ts';
import { noWords, yesWords } from './consent-words.ts';
import { isToolDefinition, type ToolDefinition } from './define-tool.ts';
import { usualGoodbyes } from './goodbye-words.ts';
import { isAgents } from './made-agent.ts';

const usualBackchannels = ['uh-huh', 'mm-hmm', 'mhm', 'mm', 'hmm', 'uh', 'um', 'ah', 'oh'];
const words = z.string().trim().min(1, 'expected at least one word');
const hook = z.custom<NonNullable<Agent['onCallStart']>>(isFunction, 'expected a function');
const transcriptHook = z.custom<NonNullable<Agent['onTranscript']>>(isFunction, 'expected a function');
const toolHook = z.custom<NonNullable<Agent['onToolEnd']>>(isFunction, 'expected a function');
const turnHook = z.custom<NonNullable<Agent['onTurn']>>(isFunction, 'expected a function');
const endHook = z.custom<NonNullable<Agent['onCallEnd']>>(isFunction, 'expected a function');
const zodObject = z.custom<z.ZodObject>((value) => value instanceof z.ZodObject, 'expected z.object({ … }) of zod 4');

const effort = z.enum(['instant', 'low', 'medium', 'high', 'exact', 'autoregressive']);
const latencyBudgetMs = z.number().int().min(1).max(60_000);
const work = z
  .strictObject({ effort: effort.exactOptional(), latencyBudgetMs: latencyBudgetMs.exactOptional() })
  .exactOptional();

const fields = z.strictObject({
  name: z.string().regex(/^[\w-]{1,64}$/, 'expected letters, digits, - and _, 64 at most'),
  instructions: z.custom<Agent['instructions']>(
    (value) => isFunction(value) || (typeof value === 'string' && value.trim() !== ''),
    'expected words, or a function that returns them',
  ),
  description: words.exactOptional(),
  greeting: z
    .custom<NonNullable<Agent['greeting']>>(
      (value) => isFunction(value) || (typeof value === 'string' && value.trim() !== ''),
      'expected at least one word, or a function that returns words',
    )
    .optional(),
  voice: words.exactOptional(),
  effort: effort.default('low'),
  latencyBudgetMs: latencyBudgetMs.exactOptional(),
  drafts: z.enum(['every-partial', 'likely-end', 'final']).exactOptional(),
  draftMinProbability: z.number().min(0).max(1).exactOptional(),
  model: z
    .string()
    .regex(
      /^(mercury[\w.-]*|openai:\S+)$/,
      'expected a model over the network: mercury-2.5 and the like, or openai:NAME',
    )
    .exactOptional(),
  whenModelFails: z.enum(['local', 'apology']).default('local'),
  modelTimeouts: z
    .strictObject({
      firstMs: z.number().int().min(100).max(60_000).default(3000),
      betweenMs: z.number().int().min(100).max(60_000).default(2000),
      totalMs: z.number().int().min(100).max(600_000).default(15_000),
    })
    .prefault({}),
  effortBy: z.strictObject({ draft: work, reply: work, step: work }).prefault({}),
  tools: z.record(z.string(), z.custom<ToolDefinition>(isToolDefinition, 'expected defineTool({ … })')).default({}),
  handoffs: z
    .custom<NonNullable<AgentOptions['handoffs']>>(
      (value) => isFunction(value) || isAgents(value),
      'expected agents that defineAgent made; where modules import each other, a function that returns them',
    )
    .default([]),
  say: z
    .strictObject({
      apology: words.default('Sorry, something went wrong. Could you say that again?'),
      confirm: words
        .regex(/\{call\}/, 'expected {call} where the call is to be read back')
        .default('Please confirm: {call}. Is that right?'),
      unsure: words
        .regex(/\{values\}/, 'expected {values} where the values are to be read back')
        .default('Did you say {values}?'),
      missing: words
        .regex(/\{values\}/, 'expected {values} where the names of what is missing are to be said')
        .default('Could you tell me {values}, please?'),
      correct: words.default('Sorry, I keep getting that wrong. What should it be?'),
      filler: z.array(words).default(['One moment, please.']),
      idle: words.default('Are you still there?'),
      goodbye: words.default('Goodbye.'),
      transfer: words.default('I am putting you through.'),
      voicemail: words.exactOptional(),
      takeover: words.exactOptional(),
    })
    .prefault({}),
  maxSteps: z.number().int().min(1).max(32).default(4),
  replyTimeoutMs: z.number().int().min(100).max(600_000).default(10_000),
  endpointing: z
    .strictObject({
      eager: z
        .strictObject({
          minProbability: z.number().min(0).max(1),
          maxDelayMs: z.number().min(0).max(60_000),
          minDelayMs: z.number().min(0).max(60_000).exactOptional(),
        })
        .refine(({ maxDelayMs, minDelayMs = maxDelayMs }) => minDelayMs <= maxDelayMs, {
          path: ['minDelayMs'],
          message: 'expected at most maxDelayMs: the surer the model, the shorter the pause',
        })
        .optional(),
      maxDelayMs: z.number().int().min(500).max(60_000).default(6000),
    })
    .prefault({}),
  interruption: z
    .strictObject({
      minWords: z.number().int().min(1).max(20).default(1),
      minDurationMs: z.number().int().min(0).max(5000).default(0),
      falseInterruptionTimeoutMs: z.number().int().min(100).max(60_000).default(2000),
      backchannels: z.array(words).default([...usualBackchannels]),
      uninterruptible: z.array(z.enum(['greeting', 'confirm'])).default([]),
    })
    .prefault({}),
  confirmation: z
    .strictObject({
      accept: z
        .array(words)
        .min(1)
        .default([...yesWords]),
      reject: z.array(words).default([...noWords]),
    })
    .prefault({}),
  hangUpOnGoodbye: z.boolean().default(true),
  goodbyes: z.array(words).default([...usualGoodbyes]),
  idle: z
    .strictObject({
      afterMs: z.number().int().min(1000).max(600_000).exactOptional(),
      maxPrompts: z.number().int().min(0).max(10).default(2),
    })
    .prefault({}),
  now: z.custom<NonNullable<Agent['now']>>(isFunction, 'expected a function that returns a Date').exactOptional(),
  timeZone: z
    .string()
    .refine(isTimeZone, 'expected a time zone as IANA names it, such as Europe/Berlin')
    .exactOptional(),
  maxCallMs: z.number().int().min(1000).max(86_400_000).default(3_600_000),
  dtmf: z
    .strictObject({
      finishOnKey: z
        .string()
        .regex(/^[0-9*#]$/, 'expected one key')
        .default('#'),
      interDigitTimeoutMs: z.number().int().min(100).max(60_000).default(3000),
      maxDigits: z.number().int().min(1).max(64).exactOptional(),
    })
    .prefault({}),
  mayStaySilent: z.boolean().default(false),
  truncate: z.boolean().default(false),
  redact: z.array(z.string()).default([]),
  onTranscript: transcriptHook.exactOptional(),
  onToolEnd: toolHook.exactOptional(),
  onTurn: turnHook.exactOptional(),
  onCallStart: hook.optional(),
  onCallEnd: endHook.optional(),
  variables: zodObject.default(z.object({})),
  state: zodObject.default(z.object({})),
});

export const optionsSchema = fields.refine(
  ({ drafts = 'likely-end', draftMinProbability }) => draftMinProbability === undefined || drafts === 'likely-end',
  { path: ['draftMinProbability'], message: "expected drafts: 'likely-end' beside it: else it changes nothing" },
);

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en-US', { timeZone: name }));
  } catch {
    return false;
  }
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}
