// Takes a file of dialogues (JSON Lines, plain or brotli), gives them checked and typed. Knows no tokens.

import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { z } from 'zod';
import type { Message, PromptTool } from '../src/engine/prompt/prompt.ts';
import { ModelError, toMessage } from '../src/errors.ts';

export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/**
 * What an agent said may be the runtime's read-back of a call that was decided there, or only what was heard before the
 * caller cut in.
 */
export type DialogueMessage =
  | Exclude<Message, { readonly role: 'say' }>
  | {
      readonly role: 'say';
      readonly text: string;
      readonly decided?: ToolCall;
      readonly isInterrupted?: true;
    };

export interface Dialogue {
  readonly id: string;
  readonly instructions: string;
  readonly tools: readonly PromptTool[];
  readonly messages: readonly DialogueMessage[];
  /** What the data says about its subject: services, tasks. */
  readonly topics: readonly string[];
}

/** Throws ModelError naming file and line. */
export function readDialogues(file: string): Dialogue[] {
  return readLines(file).map((line, index) => {
    try {
      return toDialogue(JSON.parse(line));
    } catch (cause) {
      throw new ModelError('data-malformed', `${file}:${index + 1}: ${toMessage(cause)}`, { cause });
    }
  });
}

/** The `text` of each line. Throws ModelError naming file and line. */
export function readPassages(file: string): string[] {
  return readLines(file).map((line, index) => {
    try {
      return textField(JSON.parse(line), 'text');
    } catch (cause) {
      throw new ModelError('data-malformed', `${file}:${index + 1}: ${toMessage(cause)}`, { cause });
    }
  });
}

/** Lines that are not blank, unpacked. Throws ModelError naming the file. */
export function readLines(file: string): string[] {
  try {
    const bytes = readFileSync(file);
    const text = (file.endsWith('.br') ? brotliDecompressSync(bytes) : bytes).toString('utf8');
    return text.split('\n').filter((line) => line.trim() !== '');
  } catch (cause) {
    throw new ModelError('data-unreadable', `can't read ${file}: ${toMessage(cause)}`, { cause });
  }
}

function toDialogue(value: unknown): Dialogue {
  const meta = field(value, 'meta');
  const dialogue: Dialogue = {
    id: textField(value, 'id'),
    instructions: field(value, 'instructions') === undefined ? '' : textField(value, 'instructions'),
    tools: listField(value, 'tools').map(toTool),
    messages: listField(value, 'messages').map(toDialogueMessage),
    topics: ['services', 'tasks'].flatMap((name) =>
      field(meta, name) === undefined ? [] : listField(meta, name).map(String),
    ),
  };
  for (const message of dialogue.messages) {
    if (message.role === 'say' && message.decided !== undefined) checkDecided(message.decided, dialogue.tools);
  }
  return dialogue;
}

/** Throws TypeError for a decided call that its tool would not take. */
function checkDecided({ name, arguments: values }: ToolCall, tools: readonly PromptTool[]): void {
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) throw new TypeError(`decided names the tool "${name}", which the dialogue lacks`);
  if (tool.confirm !== true) throw new TypeError(`decided names the tool "${name}", which has no "confirm": true`);
  const result = z.fromJSONSchema(withoutFormats(tool.parameters)).safeParse(values);
  if (!result.success) {
    throw new TypeError(`decided ${name}: ${z.prettifyError(result.error).replaceAll('\n', ' ')}`);
  }
  const unknown = Object.keys(values).filter((key) => !Object.hasOwn(recordField(tool.parameters, 'properties'), key));
  if (unknown.length > 0) throw new TypeError(`decided ${name} has ${unknown.join(', ')}, which the tool lacks`);
}

/** Formats are read loosely: a time may lack its seconds. */
function withoutFormats(schema: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(schema, (key, value) =>
    key === 'format' && typeof value === 'string' ? undefined : value,
  );
  return JSON.parse(text);
}

function toTool(value: unknown): PromptTool {
  return {
    name: textField(value, 'name'),
    description: textField(value, 'description'),
    parameters: recordField(value, 'parameters'),
    ...(field(value, 'confirm') === true ? { confirm: true } : {}),
  };
}

function toDialogueMessage(value: unknown): DialogueMessage {
  const role = textField(value, 'role');
  if (role === 'user') return { role: 'user', text: textField(value, 'content') };
  if (role === 'tool') return { role: 'result', content: jsonField(value, 'content') };
  if (role !== 'assistant') throw new TypeError(`role is "${role}", expected user, assistant or tool`);
  if (field(value, 'tool_calls') === undefined) {
    const decided = field(value, 'decided');
    return {
      role: 'say',
      text: textField(value, 'content'),
      ...(decided === undefined ? {} : { decided: toToolCall(decided) }),
      ...(field(value, 'interrupted') === true ? { isInterrupted: true } : {}),
    };
  }
  const calls = listField(value, 'tool_calls');
  if (calls.length !== 1) throw new TypeError(`tool_calls has ${calls.length} calls, expected 1`);
  return { role: 'call', ...toToolCall(calls[0]) };
}

function toToolCall(value: unknown): ToolCall {
  return { name: textField(value, 'name'), arguments: recordField(value, 'arguments') };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textField(value: unknown, name: string): string {
  const text = field(value, name);
  if (typeof text !== 'string') throw new TypeError(`"${name}" is ${JSON.stringify(text)}, expected a string`);
  return text;
}

/** A text that is JSON. */
function jsonField(value: unknown, name: string): string {
  const text = textField(value, name);
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new TypeError(`"${name}" of a tool is no JSON: ${toMessage(cause)}`, { cause });
  }
  return text;
}

function listField(value: unknown, name: string): readonly unknown[] {
  const list = field(value, name);
  if (!Array.isArray(list)) throw new TypeError(`"${name}" is ${JSON.stringify(list)}, expected a list`);
  return list;
}

function recordField(value: unknown, name: string): Readonly<Record<string, unknown>> {
  const record = field(value, name);
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    throw new TypeError(`"${name}" is ${JSON.stringify(record)}, expected an object`);
  }
  return { ...record };
}
