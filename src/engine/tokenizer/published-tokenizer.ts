// The tokenizer of a published model, by the library that reads its file; what it lacks is the bytes of a token. Text
// never becomes a special token. Knows no template.

import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { isRecord } from '../../base/is-record.ts';
import { parseJson } from '../../base/parse-json.ts';
import { toMessage } from '../../errors.ts';
import { byteOfSymbol } from './byte-symbols.ts';
import type { PublishedTokenizer } from './tokenizer.ts';
import { unusable } from './tokenizer-file.ts';

const MAX_CACHED_TEXTS = 10_000;
const MAX_CACHED_CHARACTERS = 64;

/**
 * Reads a tokenizer.json of byte-level BPE as Hugging Face writes it. Throws ModelError `tokenizer-unusable` for
 * another kind.
 */
export function loadPublishedTokenizer(json: string): PublishedTokenizer {
  const file = parseJson(json);
  const model = isRecord(file) ? file.model : undefined;
  if (!isRecord(file) || !isRecord(model) || !isRecord(model.vocab) || !Array.isArray(file.added_tokens))
    throw unusable('it has no model with a vocabulary, and no added_tokens');
  const added = new Map<string, number>();
  for (const token of file.added_tokens)
    if (isRecord(token) && typeof token.content === 'string' && typeof token.id === 'number')
      added.set(token.content, token.id);
  const isAdded = new Set(added.values());
  const bytesOf: Uint8Array[] = [];
  for (const [token, id] of Object.entries(model.vocab)) {
    if (typeof id !== 'number') throw unusable(`its token ${JSON.stringify(token)} has no number`);
    bytesOf[id] = isAdded.has(id) ? new Uint8Array() : toBytes(token);
  }
  for (const id of isAdded) bytesOf[id] = new Uint8Array();
  for (let id = 0; id < bytesOf.length; id++) bytesOf[id] ??= new Uint8Array();

  // Without its added tokens no text is one, and without its post-processor none is put around a text.
  const library = create({
    normalizer: null,
    pre_tokenizer: null,
    decoder: null,
    ...file,
    added_tokens: [],
    post_processor: null,
  });
  const cache = new Map<string, readonly number[]>();

  function encode(text: string): readonly number[] {
    const known = cache.get(text);
    if (known !== undefined) return known;
    const { ids } = library.encode(text, { add_special_tokens: false });
    if (text.length <= MAX_CACHED_CHARACTERS) {
      if (cache.size >= MAX_CACHED_TEXTS) cache.clear();
      cache.set(text, ids);
    }
    return ids;
  }

  function tokenBytes(id: number): Uint8Array {
    const bytes = bytesOf[id];
    if (bytes === undefined) throw new RangeError(`token ${id} is not in 0..${bytesOf.length - 1}`);
    return bytes;
  }

  return {
    countTokens: bytesOf.length,
    added,
    encode: (text) => [...encode(text)],
    decode(ids) {
      const bytes: number[] = [];
      for (const id of ids) for (const byte of tokenBytes(id)) bytes.push(byte);
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes), { stream: true });
    },
    tokenBytes,
  };
}

function create(file: object): HuggingFaceTokenizer {
  try {
    return new HuggingFaceTokenizer(file, {});
  } catch (cause) {
    throw unusable(`it can't be read: ${toMessage(cause)}`, cause);
  }
}

function toBytes(token: string): Uint8Array {
  return Uint8Array.from(token, (symbol) => {
    const byte = byteOfSymbol(symbol);
    if (byte !== undefined) return byte;
    throw unusable(`its token ${JSON.stringify(token)} has ${JSON.stringify(symbol)}: it is not byte-level`);
  });
}
