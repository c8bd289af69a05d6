// Takes a dialogue, gives the token pieces that a training sample is put together from. Knows no files.

import { limitResult, usualMaxResultLength } from '../agent/limit-result.ts';
import {
  callPieces,
  descriptionText,
  instructionsText,
  type Message,
  type PromptTool,
  plain,
  resultText,
  signatureText,
} from '../engine/prompt.ts';
import { toSpacedJson } from '../engine/spaced-json.ts';
import type { Tokenizer } from '../engine/tokenizer.ts';
import type { Dialogue } from './dialogues.ts';
import { createHearing } from './hearing.ts';
import { lengthHint } from './length-hint.ts';

/** In the order of their numbers in a token file. Specials are not stored: the kind says where they go. */
export const pieceKinds = [
  'instructions',
  'signature',
  'calledSignature',
  'description',
  'userWritten',
  'userRecognised',
  'say',
  'callName',
  'callSkeleton',
  'callValue',
  'result',
  'text',
  'lengthHint',
] as const;

export type PieceKind = (typeof pieceKinds)[number];

export interface Piece {
  readonly kind: PieceKind;
  readonly ids: readonly number[];
}

/**
 * A description follows its signature, a recognised turn the written one, skeleton and values their call's name.
 * In training turns are misheard a little, results limited as the runtime does, and the wish for short replies follows the instructions.
 */
export function toPieces(dialogue: Dialogue, tokenizer: Tokenizer, split: 'train' | 'dev'): Piece[] {
  const piece = (kind: PieceKind, text: string): Piece => ({ kind, ids: tokenizer.encode(text) });
  const called = new Set(dialogue.messages.flatMap((message) => (message.role === 'call' ? [message.name] : [])));
  const pieces: Piece[] = [];
  if (dialogue.instructions !== '') {
    const instructions = piece('instructions', instructionsText(dialogue.instructions));
    pieces.push(instructions);
    if (split === 'train') pieces.push(...hintPieces(dialogue, instructions.ids, tokenizer));
  }
  for (const tool of dialogue.tools) {
    pieces.push(piece(called.has(tool.name) ? 'calledSignature' : 'signature', signatureText(tool)));
    pieces.push(piece('description', descriptionText(tool.description ?? '')));
  }
  const forms: Forms =
    split === 'train'
      ? { hear: createHearing(dialogue.id, dialogue.messages), toContent: limitContent }
      : { hear: plain, toContent: (content) => content };
  return [...pieces, ...dialogue.messages.flatMap((message) => messagePieces(message, dialogue.tools, piece, forms))];
}

/** What the runtime's instructions end in if they end in the wish; nothing where it would be cut off. */
function hintPieces(
  { instructions, messages }: Dialogue,
  instructionIds: readonly number[],
  tokenizer: Tokenizer,
): Piece[] {
  const hint = lengthHint(messages);
  if (hint === undefined) return [];
  const text = instructionsText(instructions + hint);
  const ids = tokenizer.encode(text);
  const isWhole = text.endsWith(hint) && instructionIds.every((id, index) => id === ids[index]);
  return isWhole ? [{ kind: 'lengthHint', ids: ids.slice(instructionIds.length) }] : [];
}

/** How the caller's words and a tool's result reach the model. */
interface Forms {
  readonly hear: (text: string) => string;
  readonly toContent: (content: string) => string;
}

/** As the runtime limits what a tool returns: whole items of lists are left out, and it stays JSON. */
function limitContent(content: string): string {
  return toSpacedJson(limitResult(JSON.parse(content), usualMaxResultLength));
}

const callKinds = { name: 'callName', skeleton: 'callSkeleton', value: 'callValue' } as const;

function messagePieces(
  message: Message,
  tools: readonly PromptTool[],
  piece: (kind: PieceKind, text: string) => Piece,
  { hear, toContent }: Forms,
): Piece[] {
  switch (message.role) {
    case 'user':
      return [piece('userWritten', ` ${message.text}`), piece('userRecognised', ` ${hear(message.text)}`)];
    case 'say':
      return [piece('say', ` ${message.text}`)];
    case 'call':
      return callPieces(
        message.name,
        message.arguments,
        tools.find((tool) => tool.name === message.name),
      ).map(({ kind, text }) => piece(callKinds[kind], text));
    case 'result':
      return [piece('result', resultText(toContent(message.content)))];
  }
}
