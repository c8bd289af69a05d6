// A caller whose lines the model writes: who they are and what they want in, their next line out. To the model the
// caller is the agent, and the agent the caller: it was trained on replies alone, and people on the phone are replied
// to on both sides.

import { type Message, plain } from '../engine/prompt/prompt.ts';
import type { ModelParts } from '../session/agent-sequence.ts';

export interface PlayedCaller {
  /** What the caller says to what they heard, as a recogniser would write it. Throws EngineError. */
  reply(heard: string): Promise<string>;
  close(): void;
}

/** Throws EngineError. */
export function createPlayedCaller({ engine, prompt, tokenizer }: ModelParts, goal: string): PlayedCaller {
  const promptPrefix = { prefix: prompt.renderPrefix({ instructions: goal, tools: [] }), tools: [] };
  const sequence = engine.open(promptPrefix);
  const lines: Message[] = [];
  return {
    async reply(heard) {
      lines.push({ role: 'user', text: heard });
      const context = [...promptPrefix.prefix, ...prompt.renderMessages(lines, [])];
      let text = '';
      for await (const { tokens } of sequence.draft({
        context,
        effort: 'low',
        acts: ['say'],
        priority: 'step',
        isSliding: true,
      }))
        text = tokenizer.decode(tokens).trim();
      lines.push({ role: 'say', text });
      return plain(text);
    },
    close: () => sequence.close(),
  };
}
