import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPrompt } from '../../src/engine/prompt/prompt.ts';
import { toSpacedJson } from '../../src/engine/prompt/spaced-json.ts';
import { loadTokenizer } from '../../src/engine/tokenizer/tokenizer.ts';
import { type Dialogue, readDialogues } from '../../training/dialogues.ts';
import { lengthHint } from '../../training/length-hint.ts';
import { type Piece, toPieces, trainedPromptLimits } from '../../training/pieces.ts';
import { createSyntheticDialogues } from '../../training/synthetic/dialogues.ts';
import { decodeTokenFile, encodeTokenFile } from '../../training/token-file.ts';
import { writeTokens } from '../../training/tokens.ts';

const tokenizerFile = fileURLToPath(new URL('../../models/repartee-s/tokenizer.json', import.meta.url));
const tokenizer = loadTokenizer(readFileSync(tokenizerFile, 'utf8'));
const goldens = readFileSync(new URL('../../fixtures/goldens.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const synthetic = createSyntheticDialogues(3);
const dialogueLines = goldens.map((line) => JSON.stringify(JSON.parse(line).dialogue));

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'repartee-tokens-'));
  for (const folder of ['train', 'dev', 'text']) mkdirSync(join(dir, folder));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Puts the stored pieces together as training does when it keeps every tool. */
function assemble(pieces: readonly Piece[], form: 'userWritten' | 'userRecognised'): number[] {
  const { specials } = tokenizer;
  const ids = [specials.bos];
  const opens = new Map<string, number>([
    ['instructions', specials.sys],
    ['signature', specials.tool],
    ['calledSignature', specials.tool],
    ['userWritten', specials.user],
    ['userRecognised', specials.user],
    ['say', specials.say],
    ['callName', specials.call],
    ['result', specials.result],
  ]);
  for (const [index, { kind, ids: part }] of pieces.entries()) {
    if (kind.startsWith('user') && kind !== form) continue;
    const special = opens.get(kind);
    ids.push(...(special === undefined ? [] : [special]), ...part);
    const next = pieces[index + 1]?.kind ?? '';
    const isTurn = !['instructions', 'signature', 'calledSignature', 'description', 'argumentDescriptions'].includes(
      kind,
    );
    if (isTurn && !next.startsWith('callS') && !next.startsWith('callV')) ids.push(specials.end);
  }
  return ids;
}

describe('token pieces', () => {
  it('put together give what the chat template gives', () => {
    const file = join(dir, 'train', 'goldens.jsonl');
    writeFileSync(file, dialogueLines.join('\n'));
    const prompt = createPrompt(tokenizer, trainedPromptLimits);
    for (const dialogue of readDialogues(file)) {
      const rendered = [
        ...prompt.renderPrefix({ instructions: dialogue.instructions, tools: dialogue.tools }),
        ...prompt.renderMessages(dialogue.messages, dialogue.tools),
      ];
      expect(assemble(toPieces(dialogue, tokenizer, 'dev'), 'userWritten')).toEqual(rendered);
    }
  });

  it('mark the tools that the dialogue calls', () => {
    const file = join(dir, 'train', 'goldens.jsonl');
    writeFileSync(file, dialogueLines.join('\n'));
    for (const dialogue of readDialogues(file)) {
      const called = new Set(dialogue.messages.flatMap((message) => (message.role === 'call' ? [message.name] : [])));
      const marked = toPieces(dialogue, tokenizer, 'train').filter((piece) => piece.kind === 'calledSignature');
      expect(marked.length).toBe(called.size);
    }
  });
});

describe('the wish for short replies', () => {
  const says = (texts: readonly string[]) => texts.map((text) => ({ role: 'say', text }) as const);
  const words = (count: number) => Array.from({ length: count }, () => 'word').join(' ');

  it('is the tightest that nine replies in ten keep to', () => {
    expect(lengthHint(says([words(8), words(3)]))).toBe(' Answer in at most 8 words.');
    expect(lengthHint(says([words(9), words(3)]))).toBe(' Answer in at most 12 words.');
    expect(lengthHint(says([...Array(9).fill(words(12)), words(60)]))).toBe(' Answer in at most 12 words.');
    expect(lengthHint(says([...Array(8).fill(words(12)), words(60)]))).toBe(undefined);
    expect(lengthHint(says([words(31)]))).toBe(undefined);
    expect(lengthHint([{ role: 'user', text: 'Hello?' }])).toBe(undefined);
  });

  it('follows the instructions as if they ended in it, in training alone', () => {
    const prompt = createPrompt(tokenizer, trainedPromptLimits);
    for (const dialogue of synthetic) {
      const pieces = toPieces(dialogue, tokenizer, 'train');
      expect(pieces[1]?.kind).toBe('lengthHint');
      const hint = lengthHint(dialogue.messages);
      const rendered = prompt.renderPrefix({ instructions: `${dialogue.instructions}${hint}`, tools: [] });
      const joined = [...(pieces[0]?.ids ?? []), ...(pieces[1]?.ids ?? [])];
      expect([tokenizer.specials.bos, tokenizer.specials.sys, ...joined]).toEqual(rendered);
      expect(toPieces(dialogue, tokenizer, 'dev').some(({ kind }) => kind === 'lengthHint')).toBe(false);
    }
  });

  it('is left out where instructions are so long that it would be cut off', () => {
    const [dialogue] = synthetic;
    if (dialogue === undefined) throw new Error('no dialogue');
    const long = { ...dialogue, instructions: 'x'.repeat(trainedPromptLimits.maxInstructionsLength - 5) };
    expect(toPieces(long, tokenizer, 'train').some(({ kind }) => kind === 'lengthHint')).toBe(false);
  });
});

describe('a long result', () => {
  const items = Array.from({ length: 9 }, (_, index) => ({
    name: `Restaurant number ${index}`,
    city: 'San Jose',
    open: true,
  }));
  const dialogue: Dialogue = {
    id: 'long',
    instructions: '',
    topics: [],
    tools: [{ name: 'find', parameters: { type: 'object', properties: {} } }],
    messages: [
      { role: 'call', name: 'find', arguments: {} },
      { role: 'result', content: toSpacedJson({ count: 9, results: items }) },
      { role: 'say', text: 'There are nine.' },
    ],
  };
  const readResult = (split: 'train' | 'dev') =>
    tokenizer.decode(toPieces(dialogue, tokenizer, split).find(({ kind }) => kind === 'result')?.ids ?? []);

  it('loses whole items in training, as in a call, and is cut in development', () => {
    const { count, results } = JSON.parse(readResult('train'));
    expect(count).toBe(9);
    expect(results.length).toBeGreaterThan(2);
    expect(results).toEqual(items.slice(0, results.length));
    expect(() => JSON.parse(readResult('dev'))).toThrow();
  });
});

describe('a token file', () => {
  it('gives back the pieces that were written', () => {
    const dialogues: Piece[][] = [
      [
        { kind: 'instructions', ids: [1, 2, 65535] },
        { kind: 'say', ids: [] },
      ],
      [],
      [{ kind: 'text', ids: [7] }],
    ];
    expect(decodeTokenFile(encodeTokenFile(dialogues))).toEqual(dialogues);
  });
});

it.each([
  ['is cut off', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 3), /\d+ bytes, but its head says \d+/],
  ['has no head', (bytes: Uint8Array) => bytes.subarray(0, 12), /12 bytes are no token file/],
  ['is something else', (bytes: Uint8Array) => Buffer.from(bytes).fill(1, 0, 4), /no token file of version 3/],
])('a token file that %s is refused', (_, damage, message) => {
  const bytes = encodeTokenFile([[{ kind: 'text', ids: [7, 8, 9] }]]);
  expect(() => decodeTokenFile(damage(bytes))).toThrow(message);
});

describe('writeTokens', () => {
  const write = () => writeTokens({ dataDir: dir, synthetic, tokenizerFile, toDir: join(dir, 'tokens') });

  it('does not disturb who reads the files of an earlier run', () => {
    writeFileSync(join(dir, 'train', 'plain.jsonl'), `${dialogueLines[0]}\n`);
    write();
    const file = join(dir, 'tokens', 'train-plain.tokens');
    const before = readFileSync(file);
    const reader = openSync(file, 'r');
    writeFileSync(join(dir, 'train', 'plain.jsonl'), `${dialogueLines[1]}\n`);
    write();
    expect(readFileSync(file)).not.toEqual(before);
    const kept = Buffer.alloc(before.length);
    readSync(reader, kept);
    closeSync(reader);
    expect(kept).toEqual(before);
  });

  it('leaves no index of an earlier run where it fails, and names the file that it could not write', () => {
    writeFileSync(join(dir, 'train', 'plain.jsonl'), `${dialogueLines[0]}\n`);
    write();
    rmSync(join(dir, 'tokens', 'train-plain.tokens'));
    mkdirSync(join(dir, 'tokens', 'train-plain.tokens', 'in-the-way'), { recursive: true });
    expect(write).toThrow(/can't write .*train-plain\.tokens: /);
    expect(readdirSync(join(dir, 'tokens')).filter((name) => /index|tmp/.test(name))).toEqual([]);
  });

  it('writes a file for each split and group, and an index that describes them', () => {
    const near = JSON.parse(dialogueLines[2] ?? '');
    const far = { ...near, meta: { services: ['Banks_1'] } };
    writeFileSync(
      join(dir, 'train', 'mixed.jsonl.br'),
      brotliCompressSync(`${JSON.stringify(near)}\n${JSON.stringify(far)}\n`),
    );
    writeFileSync(join(dir, 'dev', 'plain.jsonl'), `${dialogueLines[0]}\n`);
    writeFileSync(join(dir, 'text', 'talk.jsonl'), '{"id":"1","source":"talk","text":"Hello there."}\n');
    const toDir = join(dir, 'tokens');
    writeTokens({ dataDir: dir, synthetic, tokenizerFile, toDir });
    const index = JSON.parse(readFileSync(join(toDir, 'index.json'), 'utf8'));
    expect(index.files.map((entry: { file: string }) => entry.file)).toEqual([
      'train-mixed-near.tokens',
      'train-mixed-far.tokens',
      'dev-plain.tokens',
      'train-synthetic.tokens',
      'train-talk.tokens',
    ]);
    for (const entry of index.files) {
      const bytes = readFileSync(join(toDir, entry.file));
      expect(bytes.byteLength).toBe(entry.sizeBytes);
      const pieces = decodeTokenFile(bytes);
      expect(pieces.length).toBe(entry.countDialogues);
      expect(pieces.flat().flatMap((piece) => piece.ids).length).toBe(entry.countIds);
    }
    const wordStarts = Buffer.from(index.wordStarts, 'base64');
    const startsWord = (id: number) => (((wordStarts[id >> 3] ?? 0) >> (id & 7)) & 1) === 1;
    expect(tokenizer.encode(' restaurants in').map(startsWord).filter(Boolean).length).toBe(2);
    expect(startsWord(tokenizer.encode('x')[0] ?? 0)).toBe(false);
  });

  it('has the turns of training as recognisers send them, those of development as they were written', () => {
    const line = JSON.parse(dialogueLines[0] ?? '');
    line.messages = [
      ...Array.from({ length: 40 }, () => ({ role: 'user', content: 'Um, a table for 2 at 7:30 pm.' })),
      { role: 'assistant', content: 'Done.' },
    ];
    for (const split of ['train', 'dev']) writeFileSync(join(dir, split, 'numbers.jsonl'), `${JSON.stringify(line)}\n`);
    const toDir = join(dir, 'tokens');
    writeTokens({ dataDir: dir, synthetic, tokenizerFile, toDir });
    const turnsOf = (split: string) =>
      decodeTokenFile(readFileSync(join(toDir, `${split}-numbers.tokens`)))
        .flat()
        .filter((piece) => piece.kind === 'userRecognised')
        .map((piece) => tokenizer.decode(piece.ids));
    expect(new Set(turnsOf('dev'))).toEqual(new Set([' um a table for 2 at 7 30 pm']));
    expect(turnsOf('train')).toEqual(expect.arrayContaining([' a table for two at seven thirty pm']));
  });

  it('names file and line of a malformed dialogue', () => {
    writeFileSync(
      join(dir, 'train', 'bad.jsonl'),
      `${dialogueLines[0]}\n{"id":"x","tools":[],"messages":[{"role":"robot","content":""}]}\n`,
    );
    expect(() => writeTokens({ dataDir: dir, synthetic, tokenizerFile, toDir: join(dir, 'out') })).toThrow(
      /bad\.jsonl:2: role is "robot", expected user, assistant or tool/,
    );
    writeFileSync(
      join(dir, 'train', 'bad.jsonl'),
      '{"id":"x","tools":[],"messages":[{"role":"tool","content":"{cut off"}]}\n',
    );
    expect(() => writeTokens({ dataDir: dir, synthetic, tokenizerFile, toDir: join(dir, 'out') })).toThrow(
      /bad\.jsonl:1: "content" of a tool is no JSON/,
    );
    writeFileSync(join(dir, 'train', 'bad.jsonl'), '{"id":\n');
    expect(() => writeTokens({ dataDir: dir, synthetic, tokenizerFile, toDir: join(dir, 'out') })).toThrow(
      /bad\.jsonl:1: /,
    );
  });

  it('names a folder that is missing, and a file that is no brotli', () => {
    expect(() =>
      writeTokens({ dataDir: join(dir, 'none'), synthetic, tokenizerFile, toDir: join(dir, 'out') }),
    ).toThrow(/none.train does not exist: is REPARTEE_DATA right/);
    writeFileSync(join(dir, 'train', 'torn.jsonl.br'), 'not brotli');
    expect(() => writeTokens({ dataDir: dir, synthetic, tokenizerFile, toDir: join(dir, 'out') })).toThrow(
      /can't read .*torn\.jsonl\.br/,
    );
  });
});
