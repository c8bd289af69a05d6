import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { ModelFault } from '../../src/remote/model-fault.ts';
import { createChatClient } from '../../src/remote/openai-client.ts';
import { type AnswerPart, readAnswer } from '../../src/remote/read-answer.ts';
import { toRemoteModel } from '../../src/remote/remote-model.ts';
import { type Piece, type StandIn, startMercury } from '../support/mercury-stand-in.ts';

const times = { firstMs: 3000, betweenMs: 2000, totalMs: 15_000 };

/** An answer to its end, or to its fault; anything else that is thrown is thrown on. */
async function read(open: () => Promise<AsyncIterable<unknown>>) {
  const clock = new SimulatedClock();
  const parts: AnswerPart[] = [];
  let fault: ModelFault | undefined;
  try {
    const { signal } = new AbortController();
    for await (const part of readAnswer({ name: 'm', open, times, clock, signal })) parts.push(part);
  } catch (error) {
    if (!(error instanceof ModelFault)) throw error;
    fault = error;
  }
  expect(clock.countTimers).toBe(0);
  return { parts, fault };
}

async function* toChunks(chunks: readonly unknown[]) {
  yield* chunks;
}

const readChunks = (chunks: readonly unknown[]) => read(async () => toChunks(chunks));

/** What holds for every answer, whatever the server sent. */
function expectSound({ parts, fault }: Awaited<ReturnType<typeof read>>): void {
  const finished = parts.filter(({ type }) => type === 'finished');
  if (fault === undefined) expect(finished).toHaveLength(1);
  expect(finished.length).toBeLessThanOrEqual(1);
  const texts = parts.flatMap((part) => (part.type === 'text' || part.type === 'finished' ? [part.text] : []));
  for (const [index, text] of texts.entries()) expect(text.startsWith(texts[index - 1] ?? '')).toBe(true);
}

const calling = (pieces: readonly object[]) => [
  ...pieces.map((piece) => ({ choices: [{ delta: { tool_calls: [piece] } }] })),
  { choices: [{ delta: {}, finish_reason: 'tool_calls' }] },
];
const first = { id: 'a', function: { name: 'look_up', arguments: '{"city":' } };
const rest = { function: { arguments: '"Oakland"}' } };
const other = { id: 'b', function: { name: 'book', arguments: '{"seats":2}' } };
const oakland = { name: 'look_up', arguments: { city: 'Oakland' } };

describe('a call in the chunks of an answer', () => {
  it.each([
    [
      'by their places',
      [
        { index: 0, ...first },
        { index: 0, ...rest },
        { index: 1, ...other },
      ],
    ],
    [
      'by their places, in turn',
      [
        { index: 0, ...first },
        { index: 1, ...other },
        { index: 0, ...rest },
      ],
    ],
    ['by ids alone', [first, rest, other]],
    [
      'by places, where each piece has an id of its own',
      [
        { index: 0, ...first },
        { index: 0, id: 'z', ...rest },
      ],
    ],
    ['by the name that comes with each piece', [first, { function: { name: 'look_up', arguments: '"Oakland"}' } }]],
  ])('is the first of them, told apart %s', async (_, pieces) => {
    const { parts, fault } = await readChunks(calling(pieces));
    expect(fault).toBeUndefined();
    expect(parts.at(-1)).toMatchObject({ type: 'finished', call: oakland });
  });

  it('is refused where its tool has another name in the middle: neither of both is run', async () => {
    const renamed = { index: 0, function: { name: 'delete_all', arguments: '"Oakland"}' } };
    const { parts, fault } = await readChunks(calling([{ index: 0, ...first }, renamed]));
    expect(fault).toMatchObject({ kind: 'call-garbled', message: expect.stringContaining('look_up, then delete_all') });
    expect(parts.map(({ type }) => type)).toEqual(['accepted']);
  });
});

describe('chunks of any form', () => {
  const text = fc.option(fc.string(), { nil: null });
  const piece = fc.record(
    {
      index: fc.option(fc.integer({ min: 0, max: 2 }), { nil: null }),
      id: text,
      function: fc.record(
        {
          name: fc.constantFrom('', 'look_up', 'book', null),
          arguments: fc.constantFrom('', '{}', '{"a":', '1}', ']', null),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  );
  const delta = fc.record({ content: text, tool_calls: fc.array(piece, { maxLength: 3 }) }, { requiredKeys: [] });
  const choice = fc.record({ delta, finish_reason: fc.constantFrom(null, 'stop', 'length') }, { requiredKeys: [] });
  const usage = fc.record({ prompt_tokens: fc.integer(), completion_tokens: fc.nat() }, { requiredKeys: [] });
  const chunk = fc.record({ choices: fc.array(choice, { maxLength: 2 }), usage }, { requiredKeys: [] });

  it('end in one whole answer or in a fault by name, and words only grow', async () => {
    const likely = { arbitrary: chunk, weight: 9 };
    const chunks = fc.array(fc.oneof(likely, { arbitrary: fc.anything(), weight: 1 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(chunks, async (given) => expectSound(await readChunks(given))),
      { numRuns: 150 },
    );
  });
});

describe('the bytes of an answer', () => {
  const encoder = new TextEncoder();
  const chunks = [
    { choices: [{ delta: { role: 'assistant', content: 'Grüße, ' } }] },
    { choices: [{ delta: { content: '日本 🍜 is fine.' } }] },
    { choices: [{ delta: {}, finish_reason: 'stop' }] },
    { choices: [], usage: { prompt_tokens: 12, completion_tokens: 8 } },
  ];
  const whole = encoder.encode(
    `: warm\n\n${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`,
  );
  const places = fc.uniqueArray(fc.integer({ min: 1, max: whole.length - 1 }), { maxLength: 6 });

  /** Cut at these bytes, each part on a tick of its own. */
  function cut(bytes: Uint8Array, at: readonly number[]): Piece[] {
    const ends = [...at, bytes.length].sort((a, b) => a - b);
    return ends.flatMap((end, index): Piece[] => [
      { raw: bytes.slice(ends[index - 1] ?? 0, end) },
      { until: new Promise((resolve) => setImmediate(resolve)) },
    ]);
  }

  async function ask(server: StandIn) {
    const model = toRemoteModel('mercury-2.5', { INCEPTION_API_KEY: 'mercury-key', INCEPTION_BASE_URL: server.url });
    const client = createChatClient(model);
    const body = { model: model.id, messages: [{ role: 'user', content: 'x' }], max_tokens: 9 } as const;
    const stream = { stream: true, stream_options: { include_usage: true } } as const;
    const { signal } = new AbortController();
    return read(() => client.open({ ...body, ...stream }, signal));
  }

  it('are the same answer wherever they are cut, also within a letter', async () => {
    let pieces: Piece[] = [];
    await using server = await startMercury(() => [...pieces, 'stop']);
    await fc.assert(
      fc.asyncProperty(places, async (at) => {
        pieces = cut(whole, at);
        const { parts, fault } = await ask(server);
        expect(fault).toBeUndefined();
        expect(parts.filter(({ type }) => type !== 'text')).toMatchObject([
          { type: 'accepted' },
          { type: 'finished', text: 'Grüße, 日本 🍜 is fine.', isTruncated: false },
          { type: 'counted', usage: { inputTokens: 12, outputTokens: 8 } },
        ]);
      }),
      { numRuns: 20 },
    );
  });

  it('are an answer or a fault by name, whatever was lost or put between them', async () => {
    const damage = fc.record({ at: fc.nat(whole.length), lost: fc.nat(40), put: fc.uint8Array({ maxLength: 12 }) });
    let pieces: Piece[] = [];
    await using server = await startMercury(() => [...pieces, 'stop']);
    await fc.assert(
      fc.asyncProperty(damage, places, async ({ at, lost, put }, cuts) => {
        const bytes = Uint8Array.from([...whole.slice(0, at), ...put, ...whole.slice(at + lost)]);
        pieces = cut(
          bytes,
          cuts.filter((place) => place < bytes.length),
        );
        expectSound(await ask(server));
      }),
      { numRuns: 40 },
    );
  });
});
