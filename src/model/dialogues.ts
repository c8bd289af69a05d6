// Takes a file of dialogues (JSON Lines, plain or brotli), gives them checked and typed. Knows no tokens.

import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import type { Message, PromptTool } from '../engine/prompt.ts';
import { ModelError, toMessage } from '../errors.ts';

export interface Dialogue {
  readonly id: string;
  readonly instructions: string;
  readonly tools: readonly PromptTool[];
  readonly messages: readonly Message[];
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
  return {
    id: textField(value, 'id'),
    instructions: field(value, 'instructions') === undefined ? '' : textField(value, 'instructions'),
    tools: listField(value, 'tools').map(toTool),
    messages: listField(value, 'messages').map(toDialogueMessage),
    topics: ['services', 'tasks'].flatMap((name) =>
      field(meta, name) === undefined ? [] : listField(meta, name).map(String),
    ),
  };
}

function toTool(value: unknown): PromptTool {
  return {
    name: textField(value, 'name'),
    description: textField(value, 'description'),
    parameters: recordField(value, 'parameters'),
  };
}

function toDialogueMessage(value: unknown): Message {
  const role = textField(value, 'role');
  if (role === 'user') return { role: 'user', text: textField(value, 'content') };
  if (role === 'tool') return { role: 'result', content: jsonField(value, 'content') };
  if (role !== 'assistant') throw new TypeError(`role is "${role}", expected user, assistant or tool`);
  if (field(value, 'tool_calls') === undefined) return { role: 'say', text: textField(value, 'content') };
  const calls = listField(value, 'tool_calls');
  if (calls.length !== 1) throw new TypeError(`tool_calls has ${calls.length} calls, expected 1`);
  return { role: 'call', name: textField(calls[0], 'name'), arguments: recordField(calls[0], 'arguments') };
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
