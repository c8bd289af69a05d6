// Whom the wild callers of a storm get: an agent whose tools may fail, hang or turn a deaf ear, and a model that follows the words.

import type { AgentTool } from '../../src/agent/agent.ts';
import type { CallContext } from '../../src/agent/call-context.ts';
import { runTool } from '../../src/agent/run-tool.ts';
import type { SimulatedClock } from '../../src/base/simulated-clock.ts';
import type { Decision } from '../../src/testing/scripted-engine.ts';
import { decideCall, makeAgent, makeTool, pairAgents, type readParts, say } from './flow.ts';
import { LATE_SOUND, UNSURE_WORDS } from './witness.ts';

const TOOL_TIMEOUT_MS = 600;
/** What a run of a tool comes to. `deaf`: it takes no notice of its end, goes on, and asks for something when it is too late. */
const manners = ['works', 'works', 'fails', 'works', 'deaf', 'works', 'hangs', 'works', 'refuses'] as const;

function makeUnruly(clock: SimulatedClock, seed: number, changes: Partial<AgentTool> & { readonly takesMs?: number }) {
  const tool = makeTool(clock, { timeoutMs: TOOL_TIMEOUT_MS, ...changes });
  const run: AgentTool['run'] = (args, context) => {
    const manner = manners[(seed + 2 * tool.runs.length) % manners.length];
    const execute: AgentTool['run'] = async (_, inner) => {
      if (manner === 'refuses') tool.runs.push({ args, key: inner.idempotencyKey, isAborted: false, isDone: true });
      if (manner === 'refuses') throw new Error('refused');
      const isDeaf = manner === 'deaf' || manner === 'hangs';
      const result = await tool.run(args, isDeaf ? { ...inner, signal: new AbortController().signal } : inner);
      if (manner === 'fails') throw new Error('failed');
      if (isDeaf) await new Promise<void>((wake) => clock.setTimeout(wake, manner === 'hangs' ? 20_000 : 200));
      if (isDeaf && inner.signal.aborted) inner.call.play(LATE_SOUND);
      return result;
    };
    const { name, maxResultLength } = tool;
    return runTool({ name, maxResultLength, execute: (inner) => execute(args, inner) }, context);
  };
  return { ...tool, run };
}

export function makeStormAgent(clock: SimulatedClock, seed: number, onCallStart: (call: CallContext) => void) {
  const plain = makeAgent();
  const find = makeUnruly(clock, seed, { name: 'find', takesMs: 30 + (seed % 200), maxRetries: seed % 3 });
  const confirmBelow = seed % 4 < 2 ? 0.5 : 0;
  const book = makeUnruly(clock, seed, { name: 'book', effect: 'write', takesMs: 30 + (seed % 150), confirmBelow });
  const pay = makeUnruly(clock, seed, {
    name: 'pay',
    effect: 'write',
    confirm: true,
    takesMs: seed % 90,
    allowDuplicate: true,
    fillerAfterMs: 300,
  });
  const agent = {
    ...plain,
    onCallStart,
    tools: [find, book, pay],
    greeting: seed % 3 === 0 ? 'Hello and welcome.' : '',
    mayStaySilent: seed % 5 === 0,
    drafts: (['every-partial', 'likely-end', 'final', 'likely-end'] as const)[Math.floor(seed / 8) % 4] ?? 'final',
    replyTimeoutMs: 1500,
    endpointing: {
      maxDelayMs: 1500,
      ...(seed % 7 === 0 ? { eager: { minProbability: 0.4, maxDelayMs: 300, minDelayMs: 100 } } : {}),
    },
    say: {
      ...plain.say,
      filler: seed % 4 < 2 ? ['One moment please.'] : [],
      ...(seed % 3 === 0 ? { voicemail: 'Please call back.' } : {}),
    },
    idle: seed % 11 === 0 ? { afterMs: 3000, maxPrompts: 2 } : plain.idle,
    dtmf: { finishOnKey: '#', interDigitTimeoutMs: 700, ...(seed % 5 === 1 ? { maxDigits: 4 } : {}) },
    interruption: {
      ...plain.interruption,
      falseInterruptionTimeoutMs: 500,
      minWords: seed % 13 === 0 ? 2 : 1,
      minDurationMs: seed % 6 === 0 ? 100 : 0,
      uninterruptible: seed % 8 < 2 ? (['greeting', 'confirm'] as const) : [],
    },
  };
  // Two that hand over to each other, and can do the same.
  const takeover = seed % 2 === 0 ? { takeover: 'AgentSequence here.' } : {};
  const say = { ...agent.say, ...takeover };
  return pairAgents(agent, { ...agent, name: 'desk', instructions: 'At the desk.', say });
}

/** The model: its decision depends on what it reads alone. */
export function decide(
  parts: ReturnType<typeof readParts>,
  acts: readonly string[],
  tools: readonly { readonly name: string }[],
  seed: number,
): Decision {
  const heard = parts.findLast(({ role }) => role === 'user')?.text ?? '';
  const last = heard.split(' ').at(-1) ?? '';
  // Some models are stubborn.
  const hasResult = parts.at(-1)?.role === 'result' && seed % 9 !== 0;
  const costs = { prefillMs: seed % 60, denoiseMs: seed % 30, countSteps: seed % 4, pEndOfTurn: (seed % 10) / 10 };
  if (last === 'wait' && acts.includes('wait')) return { act: 'wait', text: '', ...costs };
  if (last === 'no') return { ...say('x'), ...costs, fails: 'model failed' };
  // Slower than a reply may be; after its first words some are at a loss for ever.
  const isAtALoss = !acts.includes('say') && seed % 3 === 0;
  const slow = last === 'slow' || isAtALoss ? { ...costs, prefillMs: isAtALoss ? 1e9 : 2500 } : costs;
  const handoff = tools.find(({ name }) => name.startsWith('transfer_to_'));
  if (last === 'desk' && handoff && acts.includes('call')) return { ...decideCall(handoff.name, {}), ...costs };
  const tool = hasResult ? undefined : ['book', 'find', 'pay'].find((name) => heard.includes(name));
  const isCall = tool !== undefined && acts.includes('call');
  // "Let me check", and the call after it.
  const isBridged = isCall && last === 'denver' && acts.includes('say') && parts.at(-1)?.role === 'user';
  const said = Math.floor(heard.split(' ').length / 3) % 2 === 0 ? 'denver' : 'boston';
  const isUnsure = tool === 'book' && seed % 3 !== 0;
  const city = isUnsure ? `${UNSURE_WORDS} in ${said}` : said;
  const argumentConfidences = { city: isUnsure ? 0.2 : 0.9 };
  if (isCall && !isBridged) return { ...decideCall(tool, { city }), ...slow, argumentConfidences };
  return { ...say(`You said ${heard}.`), ...slow, pCallNext: isBridged ? 0.8 : 0 };
}
