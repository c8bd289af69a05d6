// Does a tokenizer belong to a network, and what of it a graph must know. Takes the text of tokenizer.json.

import { isRecord } from '../../base/is-record.ts';
import { parseJson } from '../../base/parse-json.ts';
import type { DialectName } from '../../engine/prompt/dialect.ts';
import { ModelError } from '../../errors.ts';

export interface TokenizerMarks {
  /** Ends a turn. */
  readonly end: number;
  /** Ids that are no text, without the end. */
  readonly notText: readonly number[];
  /** In which form dialogues and calls are written. */
  readonly dialect: DialectName;
}

/** A vocabulary is filled up to a round number, never by more than this part of it. */
const MAX_UNUSED_PART = 0.1;
const TURN_START = '<|im_start|>';
const TURN_END = '<|im_end|>';

/** Throws ModelError (tokenizer-unusable) where it is another model's, or its dialogues are of a form not known. */
export function checkTokenizer(text: string, countRows: number, config: unknown, family: string): TokenizerMarks {
  const file = parseJson(text);
  const model = isRecord(file) ? file.model : undefined;
  const vocabulary = isRecord(model) ? model.vocab : undefined;
  const added = isRecord(file) ? file.added_tokens : undefined;
  if (!isRecord(vocabulary) || !Array.isArray(added) || !added.every(isAdded))
    throw unusable('it is no JSON with a model, its vocab and added_tokens');
  const ids = [...Object.values(vocabulary), ...added.map(({ id }) => id)];
  let largest = -1;
  for (const id of ids) {
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0)
      throw unusable(`a token has the id ${String(id).slice(0, 50)}, expected a whole number`);
    largest = Math.max(largest, id);
  }
  if (largest >= countRows)
    throw unusable(`it has a token ${largest}, and the embedding only ${countRows} rows: it is of another model`);
  if (largest + 1 < countRows * (1 - MAX_UNUSED_PART))
    throw unusable(`its last token is ${largest}, and the embedding has ${countRows} rows: it is of another model`);
  const ends = isRecord(config) ? [config.eos_token_id].flat() : [];
  const foreign = ends.find((id) => typeof id === 'number' && !added.some((token) => token.id === id));
  if (foreign !== undefined)
    throw unusable(`config.json ends a text with token ${foreign}, which is none of its special ones`);
  const idOf = (content: string) => added.find((token) => token.content === content)?.id;
  const end = idOf(TURN_END);
  if (end === undefined || idOf(TURN_START) === undefined)
    throw unusable(`it has no ${TURN_START} and ${TURN_END}, and no other form of dialogues is known`);
  return {
    end,
    notText: added.map(({ id }) => id).filter((id) => id !== end),
    dialect: idOf('<think>') === undefined ? 'chatml' : dialectOfThinking(family),
  };
}

/** How a reply opens that nothing is thought before. */
function dialectOfThinking(family: string): DialectName {
  return family === 'nemotron-labs-diffusion' ? 'chatml-closed-thought' : 'chatml-thought';
}

function isAdded(value: unknown): value is { id: number; content: string } {
  return isRecord(value) && typeof value.id === 'number' && typeof value.content === 'string';
}

function unusable(why: string): ModelError {
  return new ModelError('tokenizer-unusable', `the checkpoint's tokenizer.json can't be used: ${why}`);
}
