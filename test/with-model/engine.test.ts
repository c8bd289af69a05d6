import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { measureDevice } from '../../bench/gpu.ts';
import { infill } from '../../src/engine/decoding/infill.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { createOnnxDevice } from '../../src/engine/forward/device-onnx.ts';
import { Kv } from '../../src/engine/forward/kv.ts';
import { fillBias, positionsOf } from '../../src/engine/forward/mask.ts';
import { loadManifest } from '../../src/engine/manifest.ts';
import { createPrompt, type Message, parseCall } from '../../src/engine/prompt/prompt.ts';
import type { DraftRequest, DraftState, Engine, Sequence } from '../../src/engine/sequence.ts';
import { loadTokenizer, type OwnTokenizer } from '../../src/engine/tokenizer/tokenizer.ts';
import { ModelError } from '../../src/errors.ts';

const modelDir = join(import.meta.dirname, '../../models/repartee-s');
const tools = [
  {
    name: 'find_restaurants',
    description: 'Find a restaurant of a particular cuisine in a city',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string' },
        cuisine: { type: 'string' },
        price_range: { type: 'string', enum: ['inexpensive', 'moderate', 'expensive'] },
        party_size: { type: 'integer', minimum: 1, maximum: 20 },
      },
      required: ['city', 'cuisine'],
    },
  },
];

let tokenizer: OwnTokenizer;
let engine: Engine;
let promptPrefix: { prefix: number[]; tools: typeof tools };
let context: (...messages: Message[]) => number[];

beforeAll(async () => {
  tokenizer = loadTokenizer(await readFile(join(modelDir, 'tokenizer.json'), 'utf8'));
  const prompt = createPrompt(tokenizer);
  promptPrefix = { prefix: prompt.renderPrefix({ instructions: 'You help callers find restaurants.', tools }), tools };
  context = (...messages) => [...promptPrefix.prefix, ...prompt.renderMessages(messages, tools)];
  engine = await createEngine({ modelDir });
  await engine.prepare(promptPrefix);
});
afterAll(() => engine.close());

const heard = (text: string): Message => ({ role: 'user', text });
const openings = [
  'hi i want to find a place to eat',
  'what can you do for me',
  'no thank you that is all',
  'i am hungry',
];

async function collect(sequence: Sequence, request: Partial<DraftRequest>): Promise<DraftState[]> {
  const states: DraftState[] = [];
  const whole: DraftRequest = {
    context: context(heard('hi')),
    effort: 'low',
    acts: ['say'],
    priority: 'committed',
    ...request,
  };
  for await (const state of sequence.draft(whole)) states.push(state);
  return states;
}

async function last(sequence: Sequence, request: Partial<DraftRequest>): Promise<DraftState> {
  const state = (await collect(sequence, request)).at(-1);
  if (!state) throw new Error('the draft gave no state');
  return state;
}

it('computes what 32-bit floats compute from the same weights, but for the rounding of activations', async () => {
  const manifest = await loadManifest(modelDir);
  const device = await createOnnxDevice({ modelDir, manifest, maxAtOnce: 2, countThreads: 2, isSpinning: true });
  const file = await readFile(join(import.meta.dirname, '../../fixtures/golden-logits.json'), 'utf8');
  const {
    cases,
  }: { cases: { ids: number[]; countCausal: number; rows: { row: number; best: [number, number][] }[] }[] } =
    JSON.parse(file);
  const deviations: number[] = [];
  let countSame = 0;
  let countRows = 0;
  for (const { ids, countCausal, rows } of cases) {
    const kv = new Kv(manifest.config, device.createKvMemory());
    const block = { ids: ids.slice(countCausal), countSeen: countCausal };
    const bias = new Float32Array(ids.length ** 2);
    fillBias(bias, 0, countCausal, [block]);
    const { logProbabilities } = await device.forward({
      ids: Int32Array.from(ids),
      positions: positionsOf(0, countCausal, [block]),
      bias,
      past: kv,
      rows: Int32Array.from(rows, ({ row }) => row),
      watch: new Int32Array(rows.length),
      wantsRows: true,
    });
    for (const [index, { best }] of rows.entries()) {
      const logP = logProbabilities.subarray(
        index * manifest.config.vocabulary,
        (index + 1) * manifest.config.vocabulary,
      );
      const likeliest = logP.indexOf(logP.reduce((a, b) => Math.max(a, b)));
      const [[best0, highest] = [-1, 0]] = best;
      countRows++;
      countSame += Number(likeliest === best0);
      // Where rounding turns the order about, the two were nearly alike.
      expect(best.find(([id]) => id === likeliest)?.[1]).toBeGreaterThan(highest - 0.5);
      for (const [id, expected] of best) deviations.push(Math.abs((logP[id] ?? 0) - expected));
    }
  }
  await device.close();
  expect(countSame / countRows).toBeGreaterThanOrEqual(0.8);
  // A wrong position, mask or weight gives more than 2.
  expect(deviations.reduce((sum, deviation) => sum + deviation, 0) / deviations.length).toBeLessThan(0.5);
});

it('drafts and checks to exactly the words that it would write token by token, with fewer forwards', async () => {
  const sequence = engine.open(promptPrefix);
  let [countAr, countExact] = [0, 0];
  for (const words of openings) {
    const request = { context: context(heard(words)) };
    const [ar, exact] = [
      await last(sequence, { ...request, effort: 'autoregressive' }),
      await last(sequence, { ...request, effort: 'exact' }),
    ];
    expect(exact.tokens).toEqual(ar.tokens);
    expect(tokenizer.decode(ar.tokens).trim()).not.toBe('');
    countAr += ar.countForwards;
    countExact += exact.countForwards;
  }
  expect(countExact).toBeLessThan(countAr);
  sequence.close();
});

it('proposes whole arguments to exactly the call that it would write token by token, in half the forward passes', async () => {
  const sequence = engine.open(promptPrefix);
  let [countAr, countLow] = [0, 0];
  for (const words of [
    'find me a cheap mexican restaurant in san jose for four',
    'some moderate thai food in oakland',
  ]) {
    const request = { context: context(heard(words)), acts: ['call'], likely: [4] } as const;
    const [ar, low] = [
      await last(sequence, { ...request, effort: 'autoregressive' }),
      await last(sequence, { ...request, effort: 'low' }),
    ];
    expect(low.tokens).toEqual(ar.tokens);
    countAr += ar.countSteps + 1;
    countLow += low.countSteps + 1;
  }
  expect(countLow / countAr).toBeLessThan(0.5);
  sequence.close();
});

it('gives the same after a rewind as on a fresh sequence', async () => {
  const [warm, cold] = [engine.open(promptPrefix), engine.open(promptPrefix)];
  for (const words of ['i want to find', 'i want to find a place', 'i would like'])
    await last(warm, { context: context(heard(words)) });
  const request = { context: context(heard('i want to eat something')) };
  const [first, second] = [await last(warm, request), await last(cold, request)];
  expect([first.tokens, first.pEndOfTurn, first.confidence]).toEqual([
    second.tokens,
    second.pEndOfTurn,
    second.confidence,
  ]);
});

it('keeps a draft that still stands with one forward', async () => {
  const sequence = engine.open(promptPrefix);
  const request = { context: context(heard('hi i want to find a place to eat')) };
  const say = tokenizer.specials.say;
  for (const acts of [['say'], ['say', 'call']] as const) {
    const { tokens, pCallNext } = await last(sequence, { ...request, acts, forceAct: 'say' });
    const again = await last(sequence, { ...request, acts, forceAct: 'say', previous: [say, ...tokens] });
    expect(again).toMatchObject({ tokens, pCallNext, isDone: true, countForwards: 1, countReused: tokens.length + 1 });
  }
});

it('calls a tool with arguments that parse and are allowed, at every effort', async () => {
  const sequence = engine.open(promptPrefix);
  for (const effort of ['autoregressive', 'low', 'instant'] as const) {
    const request = { context: context(heard('i want to find an italian restaurant in san jose')), effort };
    const { act, tokens, isDone } = await last(sequence, { ...request, acts: ['say', 'call'] });
    expect([act, isDone]).toEqual(['call', true]);
    const call = parseCall(tokenizer.decode(tokens));
    expect(call?.name).toBe('find_restaurants');
    expect(Object.keys(call?.arguments ?? {})).toEqual(expect.arrayContaining(['city', 'cuisine']));
  }
});

it('writes a gap between two texts by blocks, the same each time', async () => {
  const gap = { context: context(heard('hi')), before: [], after: tokenizer.encode(' for you today?'), maxTokens: 12 };
  const fill = async () => {
    let last: DraftState | undefined;
    const states = infill(engine.open(promptPrefix), tokenizer.specials, gap, {
      effort: 'instant',
      priority: 'committed',
    });
    for await (const state of states) last = state;
    return last;
  };
  const state = await fill();
  expect(state?.isDone).toBe(true);
  expect(tokenizer.decode(state?.tokens ?? []).trim()).not.toBe('');
  expect((await fill())?.tokens).toEqual(state?.tokens);
});

it('ends a draft quietly when it is aborted, and goes on with the next', async () => {
  const sequence = engine.open(promptPrefix);
  const abort = new AbortController();
  const states: DraftState[] = [];
  const request: DraftRequest = {
    context: context(heard('hi')),
    effort: 'autoregressive',
    acts: ['say'],
    priority: 'draft',
    signal: abort.signal,
  };
  for await (const state of sequence.draft(request)) {
    states.push(state);
    abort.abort();
  }
  expect(states).toHaveLength(1);
  expect(states[0]?.isDone).toBe(false);
  expect((await last(sequence, {})).isDone).toBe(true);
});

it('reports an error of the engine to the one who asked, with its code', async () => {
  const sequence = engine.open(promptPrefix);
  await expect(last(sequence, { context: [99_999] })).rejects.toMatchObject({
    name: 'EngineError',
    code: 'token-unknown',
  });
  const unsupported = {
    prefix: promptPrefix.prefix,
    tools: [{ name: 'x', parameters: { type: 'object', properties: { a: { $ref: '#' } } } }],
  };
  await expect(engine.prepare(unsupported)).rejects.toMatchObject({ code: 'schema-unsupported' });
  await expect(last(engine.open(unsupported), {})).rejects.toMatchObject({ code: 'schema-unsupported' });
  sequence.close();
  await expect(last(sequence, {})).rejects.toMatchObject({ code: 'sequence-closed' });
  expect((await last(engine.open(promptPrefix), {})).isDone).toBe(true);
});

it('refuses a damaged model in one line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'damaged-'));
  const manifest = await loadManifest(modelDir);
  for (const { name } of manifest.files) await symlink(join(modelDir, name), join(folder, name));
  await copyFile(join(modelDir, 'model.json'), join(folder, 'model.json'));
  await rm(join(folder, 'weights-02.bin'));
  await writeFile(join(folder, 'weights-02.bin'), 'no weights');
  const error: unknown = await createEngine({ modelDir: folder }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ModelError);
  expect(error).toMatchObject({
    code: 'model-damaged',
    message: expect.stringMatching(/^\S*weights-02\.bin: expected sha256 \w{64}, found \w{64}; .*$/),
  });
  await rm(folder, { recursive: true });
});

it('closes while a draft runs, without harm', async () => {
  const other = await createEngine({ modelDir, countThreads: 1 });
  const request: DraftRequest = {
    context: context(heard('hi')),
    effort: 'autoregressive',
    acts: ['say'],
    priority: 'draft',
  };
  const draft = other.open(promptPrefix).draft(request)[Symbol.asyncIterator]();
  expect((await draft.next()).done).toBe(false);
  const next = draft.next().catch((error: unknown) => error);
  await other.close();
  expect(await next).toMatchObject({ code: 'engine-closed' });
  expect(() => other.open(promptPrefix)).toThrow('the engine is closed');
});

it('writes more tokens a forward pass at effort low than token by token, in the figures of a device', async () => {
  const point = {
    promptPrefix,
    context: context(heard(openings[0] ?? '')),
    act: 'say',
    saidTokens: 0,
    countArguments: 0,
  } as const;
  const figures = await measureDevice(engine, [point], { counts: [2], maxTokens: 12, forMs: 1, dollarsPerHour: 1 });
  const [low, tokenByToken] = figures;
  expect(figures.map(({ sequences, effort, replies }) => [sequences, effort, replies])).toEqual([
    [2, 'low', 2],
    [2, 'autoregressive', 2],
  ]);
  expect(tokenByToken?.tokensPerForward).toBeLessThanOrEqual(1);
  expect(low?.tokensPerForward).toBeGreaterThan(tokenByToken?.tokensPerForward ?? 1);
  expect(low?.dollarsPerMillionTokens).toBeGreaterThan(0);
});
