// Takes a dialogue, gives the token pieces that a training sample is put together from. Knows no files.

import { limitResult, USUAL_MAX_RESULT_LENGTH } from '../src/agent/limit-result.ts';
import type { PromptLimits } from '../src/engine/prompt/limits.ts';
import {
  argumentDescriptionsText,
  callPieces,
  descriptionText,
  instructionsText,
  type PromptTool,
  plain,
  resultText,
  signatureText,
} from '../src/engine/prompt/prompt.ts';
import { toSpacedJson } from '../src/engine/prompt/spaced-json.ts';
import type { Tokenizer } from '../src/engine/tokenizer/tokenizer.ts';
import type { Dialogue, DialogueMessage, ToolCall } from './dialogues.ts';
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
  'argumentDescriptions',
  'heardSay',
  'decidedName',
  'decidedSkeleton',
  'decidedValue',
] as const;

/** What models are trained on from now on; the manifest of an exported model says the same. */
export const trainedPromptLimits: PromptLimits = {
  maxInstructionsLength: 2000,
  maxResultLength: 420,
  maxDescriptionLength: 90,
  maxArgumentDescriptionLength: 60,
  maxEnumValues: 40,
  maxTools: 16,
  hasMarks: true,
};

export type PieceKind = (typeof pieceKinds)[number];

export interface Piece {
  readonly kind: PieceKind;
  readonly ids: readonly number[];
}

/**
 * Descriptions follow their signature, a recognised turn the written one, skeleton and values their call's name.
 * A call that was decided and read back comes before the words of the read-back, which are given like those that were
 * cut short. In training turns are misheard a little, results limited as the runtime does, and the wish for short
 * replies follows the instructions.
 */
export function toPieces(dialogue: Dialogue, tokenizer: Tokenizer, split: 'train' | 'dev'): Piece[] {
  const piece = (kind: PieceKind, text: string): Piece => ({ kind, ids: tokenizer.encode(text) });
  const called = new Set(dialogue.messages.flatMap((message) => (message.role === 'call' ? [message.name] : [])));
  const pieces: Piece[] = [];
  if (dialogue.instructions !== '') {
    const instructions = piece('instructions', instructionsText(dialogue.instructions, trainedPromptLimits));
    pieces.push(instructions);
    if (split === 'train') pieces.push(...hintPieces(dialogue, instructions.ids, tokenizer));
  }
  for (const tool of dialogue.tools) {
    pieces.push(
      piece(called.has(tool.name) ? 'calledSignature' : 'signature', signatureText(tool, trainedPromptLimits)),
    );
    pieces.push(piece('description', descriptionText(tool.description ?? '', trainedPromptLimits)));
    const described = argumentDescriptionsText(tool, trainedPromptLimits);
    if (described !== '') pieces.push(piece('argumentDescriptions', described));
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
  const text = instructionsText(instructions + hint, trainedPromptLimits);
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
  return toSpacedJson(limitResult(JSON.parse(content), USUAL_MAX_RESULT_LENGTH));
}

const callKinds = { name: 'callName', skeleton: 'callSkeleton', value: 'callValue' } as const;
const decidedKinds = { name: 'decidedName', skeleton: 'decidedSkeleton', value: 'decidedValue' } as const;

function messagePieces(
  message: DialogueMessage,
  tools: readonly PromptTool[],
  piece: (kind: PieceKind, text: string) => Piece,
  { hear, toContent }: Forms,
): Piece[] {
  const call = (
    { name, arguments: values }: ToolCall,
    kinds: Readonly<Record<'name' | 'skeleton' | 'value', PieceKind>>,
  ): Piece[] => {
    const tool = tools.find((one) => one.name === name);
    return callPieces(name, values, tool).map(({ kind, text }) => piece(kinds[kind], text));
  };
  switch (message.role) {
    case 'user':
      return [piece('userWritten', ` ${message.text}`), piece('userRecognised', ` ${hear(message.text)}`)];
    case 'say': {
      const { decided, isInterrupted } = message;
      const decision = decided === undefined ? [] : call(decided, decidedKinds);
      const isGiven = decided !== undefined || isInterrupted === true;
      return [...decision, piece(isGiven ? 'heardSay' : 'say', ` ${message.text}`)];
    }
    case 'call':
      return call(message, callKinds);
    case 'result':
      return [piece('result', resultText(toContent(message.content), trainedPromptLimits))];
  }
}
