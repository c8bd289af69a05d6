import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineAgent } from '../../src/agent/define-agent.ts';
import { defineTool } from '../../src/agent/define-tool.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { CallEvent } from '../../src/events.ts';
import { importModel } from '../../src/import/model/import-model.ts';
import { createParts } from '../../src/runtime/parts.ts';
import { chatml, chatmlTokenizerJson } from '../support/chatml-vocabulary.ts';
import {
  type PublishedCheckpoint,
  publishedCheckpoints,
  writePublishedCheckpoint,
} from '../support/published-checkpoints.ts';

const hotel = defineAgent({
  name: 'hotel',
  instructions: 'You find hotels.',
  greeting: 'Hello!',
  maxSteps: 2,
  tools: {
    findHotels: defineTool({
      description: 'Find a hotel in a city',
      parameters: z.object({ city: z.string().max(12) }),
      effect: 'read',
      execute: ({ city }) => ({ count: 1, results: [{ name: 'Harbour House', city }] }),
    }),
  },
});

/** The same network over as many tokens. */
function withVocabulary({ name, folders }: PublishedCheckpoint, count: number): PublishedCheckpoint {
  const own = folders[''];
  if (own === undefined) throw new Error(`${name} has no folder of its own`);
  const before = own.config.vocab_size;
  const widened = Object.entries(own.tensors).map(([tensor, [rows, ...rest]]) => [
    tensor,
    [rows === before ? count : (rows ?? 0), ...rest],
  ]);
  const config = { ...own.config, vocab_size: count };
  return { name, folders: { '': { ...own, config, tensors: Object.fromEntries(widened) } } };
}

it.each(['llama', 'nemotron'])('answers a call with an imported %s model of random weights', async (family) => {
  const folder = await mkdtemp(join(tmpdir(), 'imported-'));
  try {
    const from = join(folder, 'published');
    const checkpoint = publishedCheckpoints.find(({ name }) => name === family);
    if (checkpoint === undefined) throw new Error(`no checkpoint ${family}`);
    await writePublishedCheckpoint(from, withVocabulary(checkpoint, chatml.tokenizer.countTokens));
    await writeFile(join(from, 'tokenizer.json'), chatmlTokenizerJson());
    const modelDir = join(folder, 'model');
    await importModel({ from, to: modelDir, weights: 'int8', clock: systemClock, report: () => undefined });
    const parts = await createParts({ modelDir, voice: null });
    const events: CallEvent[] = [];
    await parts.prepare(hotel);
    await new Promise<void>((resolve) => {
      const call = parts.openCall(hotel, {
        callId: 'imported',
        audio: null,
        report(event) {
          events.push(event);
          if (event.type === 'reply.ended' && event.turn === 1) void call.end().then(resolve);
        },
      });
      call.receive({ type: 'transcript.updated', turn: 1, text: 'a hotel in', state: 'interim' });
      call.receive({ type: 'transcript.updated', turn: 1, text: 'a hotel in Oslo', state: 'final' });
    });
    await parts.close();
    const errors = events.flatMap((event) => (event.type === 'error' ? [event.code] : []));
    expect(errors).toEqual([]);
    const reply = events.find((event) => event.type === 'reply.ended' && event.turn === 1);
    expect(reply).toMatchObject({ text: expect.stringMatching(/\S/) });
    expect(reply).not.toMatchObject({ text: hotel.say.apology });
  } finally {
    await rm(folder, { recursive: true });
  }
});
