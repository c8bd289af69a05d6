// Takes folders of dialogues and plain text, gives token files for training: the runtime's own template and tokenizer
// write them, so that training and serving can't differ.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadTokenizer, type Tokenizer } from '../src/engine/tokenizer/tokenizer.ts';
import { ModelError } from '../src/errors.ts';
import { type Dialogue, readDialogues, readPassages } from './dialogues.ts';
import { type Piece, pieceKinds, toPieces } from './pieces.ts';
import { decideReadBacks } from './read-backs.ts';
import { encodeTokenFile, TOKEN_FILE_VERSION, type TokenFileCounts } from './token-file.ts';
import { writeWhole } from './write-whole.ts';

export interface TokensOptions {
  /** Folder with train/, dev/ and text/, each of *.jsonl or *.jsonl.br. */
  readonly dataDir: string;
  /** Written as the train source `synthetic`. */
  readonly synthetic: readonly Dialogue[];
  readonly tokenizerFile: string;
  readonly toDir: string;
  readonly report?: (line: string) => void;
}

interface IndexEntry extends TokenFileCounts {
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Subjects of the example agents: training weighs them higher. */
const nearTopics = /^(restaurant|hotel|movie|media|service|doctor)/i;

/** Writes one file for each split and group, and index.json last: an interrupted run leaves no index. */
export function writeTokens({ dataDir, synthetic, tokenizerFile, toDir, report = () => {} }: TokensOptions): void {
  const tokenizerJson = readFileSync(tokenizerFile, 'utf8');
  const tokenizer = loadTokenizer(tokenizerJson);
  mkdirSync(toDir, { recursive: true });
  rmSync(join(toDir, 'index.json'), { force: true });
  const entries: IndexEntry[] = [];
  const write = (name: string, dialogues: readonly (readonly Piece[])[]): void => {
    const bytes = encodeTokenFile(dialogues);
    const pieces = dialogues.flat();
    const entry = {
      file: `${name}.tokens`,
      countDialogues: dialogues.length,
      countPieces: pieces.length,
      countIds: pieces.reduce((sum, piece) => sum + piece.ids.length, 0),
      sizeBytes: bytes.byteLength,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    };
    writeWhole(join(toDir, entry.file), bytes);
    entries.push(entry);
    report(`${entry.file}: ${entry.countDialogues} dialogues, ${entry.countIds} tokens`);
  };

  for (const split of ['train', 'dev'] as const) {
    for (const { source, file } of listSources(join(dataDir, split))) {
      for (const [group, dialogues] of groupsOf(readDialogues(file))) {
        write(
          `${split}-${source}${group}`,
          dialogues.map((dialogue) =>
            toPieces(split === 'train' ? decideReadBacks(dialogue) : dialogue, tokenizer, split),
          ),
        );
      }
    }
  }
  write(
    'train-synthetic',
    synthetic.map((dialogue) => toPieces(decideReadBacks(dialogue), tokenizer, 'train')),
  );
  for (const { source, file } of listSources(join(dataDir, 'text'))) {
    write(source === 'dev' ? 'dev-text' : `train-${source}`, textPieces(readPassages(file), tokenizer));
  }

  const index = {
    version: TOKEN_FILE_VERSION,
    tokenizerSha256: createHash('sha256').update(tokenizerJson).digest('hex'),
    countTokens: tokenizer.countTokens,
    specials: tokenizer.specials,
    kinds: pieceKinds,
    wordStarts: toBitmap(tokenizer),
    files: entries,
  };
  writeWhole(join(toDir, 'index.json'), `${JSON.stringify(index, null, 2)}\n`);
}

/** Splits dialogues with known topics into those near the example agents and the rest. */
function groupsOf(dialogues: readonly Dialogue[]): [string, Dialogue[]][] {
  if (dialogues.every((dialogue) => dialogue.topics.length === 0)) return [['', [...dialogues]]];
  const isNear = (dialogue: Dialogue) => dialogue.topics.some((topic) => nearTopics.test(topic));
  const groups: [string, Dialogue[]][] = [
    ['-near', dialogues.filter(isNear)],
    ['-far', dialogues.filter((dialogue) => !isNear(dialogue))],
  ];
  return groups.filter(([, members]) => members.length > 0);
}

function listSources(dir: string): { readonly source: string; readonly file: string }[] {
  if (!existsSync(dir)) throw new ModelError('data-missing', `${dir} does not exist: is REPARTEE_DATA right?`);
  return readdirSync(dir)
    .sort()
    .flatMap((name) => {
      const source = /^(.+)\.jsonl(\.br)?$/.exec(name)?.[1];
      return source === undefined ? [] : [{ source, file: join(dir, name) }];
    });
}

function textPieces(passages: readonly string[], tokenizer: Tokenizer): Piece[][] {
  return passages.map((text) => [{ kind: 'text', ids: tokenizer.encode(` ${text}`) }]);
}

/**
 * One bit a token, lowest bit first, base64: does it begin with a space? Recognisers send whole words, so turns are cut
 * there.
 */
function toBitmap(tokenizer: Tokenizer): string {
  const bitmap = new Uint8Array(Math.ceil(tokenizer.countTokens / 8));
  for (let id = 0; id < tokenizer.countTokens; id++) {
    if (tokenizer.tokenBytes(id)[0] === 0x20) bitmap[id >> 3] = (bitmap[id >> 3] ?? 0) | (1 << (id & 7));
  }
  return Buffer.from(bitmap).toString('base64');
}
