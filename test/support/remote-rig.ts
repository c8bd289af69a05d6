import type { Agent } from '../../src/agent/agent.ts';
import type { CallEvent } from '../../src/events.ts';
import { createChat } from '../../src/remote/chat.ts';
import { createChatClient } from '../../src/remote/openai-client.ts';
import { toRemoteModel } from '../../src/remote/remote-model.ts';
import { makeAgent, say } from './flow.ts';
import { type StandIn, type StandInScript, startMercury } from './mercury-stand-in.ts';
import { startRecordedFlow } from './recorded-flow.ts';

type Flow = ReturnType<typeof startRecordedFlow>;

export interface RemoteFlow extends Flow {
  readonly server: StandIn;
  /** The first event of the type that passes, now or later. */
  comes<T extends CallEvent['type']>(
    type: T,
    passes?: (event: Extract<CallEvent, { type: T }>) => boolean,
  ): Promise<Extract<CallEvent, { type: T }>>;
  /** The machine has a whole draft of these words, or of this call. */
  drafted(text: string): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface RemoteFlowOptions
  extends Partial<Omit<Parameters<typeof startRecordedFlow>[0], 'agent' | 'report' | 'wrote'>> {
  readonly model?: string;
  readonly agent?: Agent;
  /** Which drafts are written is for the agent to say. @default false: every one is */
  readonly isPolicyOwn?: boolean;
}

/** A call on simulated time whose model is a stand-in on loopback; the local model says `local words`. */
export async function startRemoteFlow(
  script: StandInScript,
  { model = 'mercury-2.5', agent: given = makeAgent(), isPolicyOwn = false, ...options }: RemoteFlowOptions = {},
): Promise<RemoteFlow> {
  const server = await startMercury(script);
  const env = { INCEPTION_API_KEY: 'mercury-key', INCEPTION_BASE_URL: server.url };
  const remote = toRemoteModel(model, env);
  const chat = createChat(remote, createChatClient(remote));
  const agent: Agent = isPolicyOwn ? { ...given, model } : { ...given, model, drafts: 'every-partial' };
  const seen: CallEvent[] = [];
  const waiting: (() => void)[] = [];
  const flow = startRecordedFlow({
    agent,
    script: () => say('local words'),
    chatOf: () => chat,
    ...options,
    report: (event) => void seen.push(event),
    wrote() {
      for (const wake of waiting.splice(0)) wake();
    },
  });
  const isDrafted = (wanted: string) =>
    flow.lines('draft.stepped').some(({ isDone, text }) => isDone && text.startsWith(wanted));
  return {
    ...flow,
    server,
    async drafted(text) {
      while (!isDrafted(text)) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    async comes(type, passes = () => true) {
      type Wanted = Extract<CallEvent, { type: typeof type }>;
      const isWanted = (event: CallEvent): event is Wanted => event.type === type && passes(event as Wanted);
      for (;;) {
        const found = seen.find(isWanted);
        if (found) return found;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    async [Symbol.asyncDispose]() {
      await flow.call.end();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** A promise and what settles it. */
export function gate(): { readonly opens: Promise<void>; readonly open: () => void } {
  let settle: (() => void) | undefined;
  const opens = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { opens, open: () => settle?.() };
}
