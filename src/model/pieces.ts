// Takes a dialogue, gives the token pieces that a training sample is put together from. Knows no files.

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
import type { Tokenizer } from '../engine/tokenizer.ts';
import type { Dialogue } from './dialogues.ts';

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
] as const;

export type PieceKind = (typeof pieceKinds)[number];

export interface Piece {
  readonly kind: PieceKind;
  readonly ids: readonly number[];
}

/**
 * A description follows its signature, a recognised turn the written one, skeleton and values their call's name.
 * `hear` makes of a written turn what a recogniser sends; it is asked in the order of the turns.
 */
export function toPieces(dialogue: Dialogue, tokenizer: Tokenizer, hear: (text: string) => string = plain): Piece[] {
  const piece = (kind: PieceKind, text: string): Piece => ({ kind, ids: tokenizer.encode(text) });
  const called = new Set(dialogue.messages.flatMap((message) => (message.role === 'call' ? [message.name] : [])));
  const pieces: Piece[] = [];
  if (dialogue.instructions !== '') pieces.push(piece('instructions', instructionsText(dialogue.instructions)));
  for (const tool of dialogue.tools) {
    pieces.push(piece(called.has(tool.name) ? 'calledSignature' : 'signature', signatureText(tool)));
    pieces.push(piece('description', descriptionText(tool.description ?? '')));
  }
  return [...pieces, ...dialogue.messages.flatMap((message) => messagePieces(message, dialogue.tools, piece, hear))];
}

const callKinds = { name: 'callName', skeleton: 'callSkeleton', value: 'callValue' } as const;

function messagePieces(
  message: Message,
  tools: readonly PromptTool[],
  piece: (kind: PieceKind, text: string) => Piece,
  hear: (text: string) => string,
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
      return [piece('result', resultText(message.content))];
  }
}
