// What was said in a call, as a chat of OpenAI's API: instructions and lines in, messages out. Knows no server.

import type { Line } from '../conversation/transcript.ts';

export interface ChatCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string | null; readonly tool_calls?: readonly ChatCall[] }
  | { readonly role: 'tool'; readonly tool_call_id: string; readonly content: string };

/** Behind the instructions, as models weigh what comes last most. Models of chats write lists and headings without. */
const SPOKEN = 'You are on the phone: answer in one or two short sentences of plain speech.';

/**
 * The instructions are of role `system`, which every server takes. Ids of calls count by their place in the dialogue:
 * the same dialogue is the same text in each request, and a server can keep what it made of its beginning.
 */
export function toChatMessages(instructions: string, lines: readonly Line[]): readonly ChatMessage[] {
  const messages: ChatMessage[] = [{ role: 'system', content: `${instructions}\n\n${SPOKEN}` }];
  for (const [index, line] of lines.entries()) {
    switch (line.role) {
      case 'user':
        messages.push({ role: 'user', content: line.text });
        break;
      case 'say':
        messages.push({ role: 'assistant', content: line.text });
        break;
      case 'call': {
        const { name, arguments: args } = line;
        const call: ChatCall = {
          id: toId(index),
          type: 'function',
          function: { name, arguments: JSON.stringify(args) },
        };
        const before = messages.at(-1);
        // What was said before it was said in one answer with it.
        const isSaid = before?.role === 'assistant' && before.tool_calls === undefined;
        if (isSaid) messages.pop();
        messages.push({ role: 'assistant', content: isSaid ? before.content : null, tool_calls: [call] });
        break;
      }
      case 'result':
        messages.push({ role: 'tool', tool_call_id: toId(index - 1), content: line.content });
    }
  }
  return messages;
}

function toId(index: number): string {
  return `call_${index}`;
}
