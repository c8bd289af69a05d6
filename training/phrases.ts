// Takes token files of training dialogues, gives the table of phrases that the engine proposes candidates from.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MANIFEST_FILE, manifestSchema } from '../src/engine/manifest.ts';
import {
  EMPTY_HASH,
  hashBack,
  MAX_PHRASE_TOKENS,
  PHRASES_FILE,
  PHRASES_HEADER_WORDS,
  PHRASES_MAGIC,
  PHRASES_VERSION,
  SHARE_STEP,
} from '../src/engine/proposals/ngram-table.ts';
import { specials } from '../src/engine/tokenizer/tokenizer-file.ts';
import { ModelError, toMessage } from '../src/errors.ts';
import type { Piece } from './pieces.ts';
import { decodeTokenFile } from './token-file.ts';
import { writeWhole } from './write-whole.ts';

export interface PhrasesOptions {
  /** Token files; those named train-* are read. */
  readonly tokensDir: string;
  /** The table is written there and entered in its manifest. */
  readonly modelDir: string;
  readonly report: (line: string) => void;
}

/** What was said fewer times after the same words is chance. */
const MIN_COUNT = 10;

export interface PhraseEntry {
  readonly key: number;
  readonly id: number;
  readonly share: number;
}

/** Writes phrases.bin and its hash; the same token files give the same bytes. Throws ModelError. */
export function writePhrases({ tokensDir, modelDir, report }: PhrasesOptions): void {
  const manifestPath = join(modelDir, MANIFEST_FILE);
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(manifestPath, 'utf8')));
  const names = existsSync(tokensDir) ? readdirSync(tokensDir).filter((name) => /^train-.*\.tokens$/.test(name)) : [];
  if (names.length === 0)
    throw new ModelError('tokens-missing', `${tokensDir} has no train-*.tokens: write them by npm run model -- tokens`);
  const replies = names.sort().flatMap((name) => {
    const dialogues = readTokenFile(join(tokensDir, name));
    return dialogues.flatMap((dialogue) => toReplies(dialogue, specials));
  });
  const entries = countPhrases(replies, MIN_COUNT);
  const bytes = encodePhrases(entries);
  writeWhole(join(modelDir, PHRASES_FILE), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const others = manifest.files.filter(({ name }) => name !== PHRASES_FILE);
  const files = [...others, { name: PHRASES_FILE, sizeBytes: bytes.length, sha256 }];
  writeWhole(manifestPath, `${JSON.stringify({ ...manifest, files }, null, 2)}\n`);
  report(`${PHRASES_FILE}: ${entries.length} phrases of ${replies.length} replies, ${bytes.length} bytes`);
}

function readTokenFile(file: string): Piece[][] {
  try {
    return decodeTokenFile(readFileSync(file));
  } catch (cause) {
    const message = `${file}: ${toMessage(cause)}; write it again by npm run model -- tokens`;
    throw new ModelError('tokens-damaged', message, { cause });
  }
}

/** Each reply with its act in front, before that the special token of what it answers, and its end behind. */
function toReplies(
  dialogue: readonly Piece[],
  { user, result, say, end }: { user: number; result: number; say: number; end: number },
): number[][] {
  let before = user;
  return dialogue.flatMap(({ kind, ids }) => {
    if (kind === 'userWritten' || kind === 'userRecognised') before = user;
    else if (kind === 'result') before = result;
    else if (kind === 'say') {
      const reply = [before, say, ...ids, end];
      before = say;
      return [reply];
    }
    return [];
  });
}

/** For every run of up to four tokens its likeliest next token, if that came `least` times; sorted by key. */
export function countPhrases(replies: readonly (readonly number[])[], least: number): PhraseEntry[] {
  const countTokens = replies.reduce((sum, reply) => sum + reply.length, 0);
  const entries = new Map<number, PhraseEntry>();
  for (let order = 1; order <= MAX_PHRASE_TOKENS; order++) {
    // A key and what followed, as one number below 2 ^ 48: sorted, equal ones lie side by side.
    const followed = new Float64Array(countTokens);
    let count = 0;
    for (const reply of replies) {
      // The first two tokens say what is answered and how: they are given.
      for (let index = Math.max(2, order); index < reply.length; index++) {
        let key = EMPTY_HASH;
        for (let back = 1; back <= order; back++) key = hashBack(key, reply[index - back] ?? 0);
        followed[count++] = key * 0x10000 + (reply[index] ?? 0);
      }
    }
    for (const entry of likeliest(followed.subarray(0, count).sort(), least)) entries.set(entry.key, entry);
  }
  return [...entries.values()].sort((a, b) => a.key - b.key);
}

function* likeliest(sorted: Float64Array, least: number): Generator<PhraseEntry> {
  for (let start = 0; start < sorted.length; ) {
    const key = Math.floor((sorted[start] ?? 0) / 0x10000);
    let [best, bestCount, end] = [0, 0, start];
    while (end < sorted.length && Math.floor((sorted[end] ?? 0) / 0x10000) === key) {
      const first = end;
      while (end < sorted.length && sorted[end] === sorted[first]) end++;
      if (end - first > bestCount) [best, bestCount] = [(sorted[first] ?? 0) % 0x10000, end - first];
    }
    // Half an occurrence less, among one more: a few are no certainty.
    if (bestCount >= least) yield { key, id: best, share: (bestCount - 0.5) / (end - start + 1) };
    start = end;
  }
}

/** The inverse of readPhrases. */
export function encodePhrases(entries: readonly PhraseEntry[]): Uint8Array {
  const header = Uint32Array.from([PHRASES_MAGIC, PHRASES_VERSION, entries.length, 0]).subarray(
    0,
    PHRASES_HEADER_WORDS,
  );
  const keys = Uint32Array.from(entries, ({ key }) => key);
  const ids = Uint16Array.from(entries, ({ id }) => id);
  const shares = Uint8Array.from(entries, ({ share }) => Math.round(share / SHARE_STEP));
  return Buffer.concat([header, keys, ids, shares].map((part) => new Uint8Array(part.buffer)));
}
