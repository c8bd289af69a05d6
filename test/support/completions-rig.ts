import type { PromptTool } from '../../src/engine/prompt/prompt.ts';
import { createPrompt, type Message } from '../../src/engine/prompt/prompt.ts';
import { createCompletions } from '../../src/server/completions/completions.ts';
import { DEFAULT_INSTRUCTIONS } from '../../src/server/completions/messages.ts';
import { createRig } from './engine-rig.ts';
import { reciting } from './fake-device.ts';
import { startServerRig } from './server-rig.ts';
import { tokenizer } from './small-vocabulary.ts';

const prompt = createPrompt(tokenizer);

/** What a model knows to say: its setting and a dialogue that ends with its own message. */
export function knowing(
  messages: readonly Message[],
  tools: readonly PromptTool[] = [],
  instructions = DEFAULT_INSTRUCTIONS,
): readonly number[] {
  return [...prompt.renderPrefix({ instructions, tools }), ...prompt.renderMessages(messages, tools)];
}

/** A real server over an engine whose model recites dialogues. */
export async function startCompletions(dialogues: readonly (readonly number[])[], apiKey?: string) {
  const { engine, device } = createRig(reciting(dialogues));
  const completions = createCompletions({ engine, tokenizer, prompt, modelName: 'fake' });
  const rig = await startServerRig(undefined, { completions, ...(apiKey === undefined ? {} : { apiKey }) });
  const post = async (path: string, body: unknown) => {
    const answer = await fetch(`${rig.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, text, json: (): unknown => JSON.parse(text) };
  };
  const chat = (body: unknown) => post('/v1/chat/completions', body);
  return { url: rig.url, engine, device, post, chat, [Symbol.asyncDispose]: () => rig.server.drain(0) };
}
