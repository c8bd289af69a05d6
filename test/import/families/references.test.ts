import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { openSafeTensors } from '../../../src/import/checkpoint/safetensors.ts';
import type { CheckpointSource } from '../../../src/import/families/checkpoint-source.ts';
import { DRAFTER_PREFIX } from '../../../src/import/families/dflash.ts';
import { type ImportedNetwork, importNetwork } from '../../../src/import/families/families.ts';
import { buildDrafterGraph } from '../../../src/import/graph/drafter-graph.ts';
import type { Target } from '../../../src/import/graph/likeliest.ts';
import { buildGraph, type GraphOptions } from '../../../src/import/graph/network-graph.ts';
import { bytesInMemory } from '../../support/bytes-in-memory.ts';
import { float32, type GraphSession, int32, int64, withGraphs } from '../../support/graph-session.ts';
import { publishedCheckpoints, writePublishedCheckpoint } from '../../support/published-checkpoints.ts';
import { referenceInputs } from '../../support/reference-inputs.ts';

const table = z.array(z.array(z.number()));
const references = z
  .record(z.string(), z.object({ rows: table, adapted: table.optional(), drafter: table.optional() }))
  .parse(JSON.parse(await readFile(join(import.meta.dirname, 'reference-logits.json'), 'utf8')));

/** Nats. Both compute in 32 bits, and the file is rounded to five places. */
const TOLERANCE = 1e-4;
const UNSEEN = -1e30;
const inputs = referenceInputs();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'references-'));
});
afterAll(() => rm(folder, { recursive: true }));

for (const [checkpoint, target] of publishedCheckpoints.flatMap((one) =>
  (['cpu', 'card'] as const).map((target) => [one, target] as const),
)) {
  const { name, folders } = checkpoint;
  const reference = references[name];
  const of = `${name} for a ${target}`;

  it(`computes what published code does of ${of}, in text and in scratch blocks, wherever passes are divided`, async () => {
    const imported = await open(name);
    await withGraphs(
      async (store) => [await buildGraph(imported.weights, store, optionsOf(imported, target))],
      async ([session]) => {
        for (const first of [1, 7]) {
          const outputs = await passes(session, { ...imported, target }, first, 'gate shut');
          expect(distance(outputs, reference?.rows)).toBeLessThan(TOLERANCE);
        }
      },
    );
  });

  if (folders.adapter)
    it(`changes the rows of a draft of ${of} by its adapter, and no others`, async () => {
      const imported = await open(name, ['adapter']);
      await withGraphs(
        async (store) => [await buildGraph(imported.weights, store, optionsOf(imported, target))],
        async ([session]) => {
          const adapted = await passes(session, { ...imported, target }, 4, 'gate open');
          expect(distance(adapted, reference?.adapted)).toBeLessThan(TOLERANCE);
          expect(
            distance(await passes(session, { ...imported, target }, 4, 'gate shut'), reference?.rows),
          ).toBeLessThan(TOLERANCE);
          expect(reference?.adapted?.slice(0, inputs.countClean)).toEqual(reference?.rows.slice(0, inputs.countClean));
          expect(distance(adapted, reference?.rows)).toBeGreaterThan(1);
        },
      );
    });

  if (folders.drafter)
    it(`drafts as the equations of its drafter do beside ${of}, whatever number of tokens it reads at once`, async () => {
      const imported = await open(name, ['drafter']);
      const { network: drafter } = imported.drafter ?? {};
      if (!drafter) throw new Error('no drafter');
      const options = optionsOf(imported, target);
      await withGraphs(
        async (store) => [
          await buildGraph(imported.weights, store, options),
          await buildDrafterGraph(imported.weights, store, {
            ...options,
            hasAllowed: false,
            drafter,
            prefix: DRAFTER_PREFIX,
          }),
        ],
        async ([reader, session]) => {
          const count = inputs.countClean - 1;
          const { features = new Float32Array() } = await pass(
            reader,
            { ...imported, target },
            noKeys,
            0,
            count,
            'gate shut',
          );
          const width = features.length / count;
          const ids = [inputs.ids[count] ?? 0, ...Array<number>(5).fill(66)];
          const draft = (past: Keys, from: number) => {
            const length = count - from + ids.length;
            return session?.run({
              features: float32(features.slice(from * width), [count - from, width]),
              ids: int32(ids),
              positions: int32(Array.from({ length }, (_, index) => from + index)),
              bias: float32(new Float32Array(length * (from + length)), [1, 1, length, from + length]),
              rows: int32([...ids.keys()]),
              watch: int32([...ids], [ids.length, 1]),
              ...keyInputs({ network: drafter, target }, past, from, length),
            });
          };
          const whole = (await draft(noKeys, 0)) ?? {};
          expect(distance(whole.logProbabilities, reference?.drafter)).toBeLessThan(TOLERANCE);
          const kept = keysOf({ network: drafter, target }, whole, 7);
          expect(distance((await draft(kept, 7))?.logProbabilities, reference?.drafter)).toBeLessThan(TOLERANCE);
        },
      );
    });
}

async function open(name: string, parts: readonly ('adapter' | 'drafter')[] = []): Promise<ImportedNetwork> {
  const checkpoint = publishedCheckpoints.find((one) => one.name === name);
  if (!checkpoint) throw new Error(name);
  const at = join(folder, name);
  await writePublishedCheckpoint(at, checkpoint);
  const source = async (sub: string): Promise<CheckpointSource> => {
    const files = checkpoint.folders[sub];
    return {
      config: files?.config,
      tensors: await openSafeTensors([bytesInMemory(sub, await readFile(join(at, sub, files?.weightsFile ?? '')))]),
    };
  };
  return importNetwork(await source(''), {
    ...(parts.includes('adapter') ? { adapter: await source('adapter') } : {}),
    ...(parts.includes('drafter') ? { drafter: await source('drafter') } : {}),
  });
}

function optionsOf({ network }: ImportedNetwork, target: Target): GraphOptions {
  const numbers = { floats: 'float32', weights: 'floats' } as const;
  return { network, target, numbers, contextTokens: 64, never: [], notText: [], countBest: 3, hasAllowed: true };
}

/** Keys and values by turns, layer by layer, with room for `capacity` positions. */
interface Keys {
  readonly capacity: number;
  readonly values: readonly Float32Array[];
}

interface Shaped extends Pick<ImportedNetwork, 'network'> {
  readonly target: Target;
}

const noKeys: Keys = { capacity: 40, values: [] };

/** What a pass left, of which the first `length` slots are kept: the others are broken here. */
function keysOf(shaped: Shaped, outputs: Readonly<Record<string, Float32Array>>, length: number): Keys {
  const { layers, keyValueHeads, headSize } = shaped.network;
  const values = Array.from({ length: layers }, (_, layer) => [`presentKey.${layer}`, `presentValue.${layer}`])
    .flat()
    .map((name) => {
      const all = Float32Array.from(outputs[name] ?? []);
      if (shaped.target === 'card') return all.fill(1e3, length * keyValueHeads * headSize);
      const perHead = all.length / keyValueHeads;
      for (let head = 0; head < keyValueHeads; head++)
        all.fill(1e3, head * perHead + length * headSize, (head + 1) * perHead);
      return all;
    });
  return { capacity: (values[0]?.length ?? 0) / keyValueHeads / headSize, values };
}

/** For `length` positions behind `from` earlier ones. */
function keyInputs({ network, target }: Shaped, { capacity, values }: Keys, from: number, length: number) {
  const { layers, keyValueHeads, headSize } = network;
  const shape = target === 'card' ? [capacity, keyValueHeads, headSize] : [1, keyValueHeads, capacity, headSize];
  const all =
    values.length > 0
      ? values
      : Array.from({ length: 2 * layers }, () => new Float32Array(keyValueHeads * capacity * headSize));
  const slots = target === 'card' ? { slots: int64(Array.from({ length }, (_, index) => from + index)) } : {};
  return {
    ...slots,
    ...Object.fromEntries(
      all.map((data, index) => [
        `past${index % 2 === 0 ? 'Key' : 'Value'}.${Math.floor(index / 2)}`,
        float32(data, shape),
      ]),
    ),
  };
}

/** All rows' log probabilities: of the first `first` positions in one pass, of the others in another. */
async function passes(
  session: GraphSession | undefined,
  imported: ImportedNetwork & Shaped,
  first: number,
  gate: Gate,
): Promise<Float32Array> {
  const text = await pass(session, imported, noKeys, 0, first, gate);
  const rest = await pass(session, imported, keysOf(imported, text, first), first, inputs.ids.length, gate);
  return Float32Array.from([...(text.logProbabilities ?? []), ...(rest.logProbabilities ?? [])]);
}

type Gate = 'gate open' | 'gate shut';

/** Positions `from` to `to` of the reference's, after those that `past` holds. */
async function pass(
  session: GraphSession | undefined,
  imported: ImportedNetwork & Shaped,
  past: Keys,
  from: number,
  to: number,
  gate: Gate,
): Promise<Readonly<Record<string, Float32Array>>> {
  const length = to - from;
  const bias = Float32Array.from({ length: length * to }, (_, index) =>
    inputs.sees[from + Math.floor(index / to)]?.[index % to] === '1' ? 0 : UNSEEN,
  );
  const rows = Array.from({ length }, (_, index) => index);
  const drafting = gate === 'gate open' ? inputs.drafting.slice(from, to) : rows.map(() => 0);
  const outputs = await session?.run({
    ids: int32(inputs.ids.slice(from, to)),
    positions: int32(inputs.positions.slice(from, to)),
    bias: float32(bias, [1, 1, length, to]),
    rows: int32(rows),
    watch: int32(rows, [length, 1]),
    allowed: int32([...rows, ...rows], [length, 2]),
    ...(imported.network.adapter ? { drafting: int32(drafting) } : {}),
    ...keyInputs(imported, past, from, length),
  });
  return outputs ?? {};
}

/** The largest one, nats. */
function distance(found: Float32Array | undefined, expected: readonly (readonly number[])[] | undefined): number {
  const flat = expected?.flat() ?? [];
  if (found?.length !== flat.length || flat.length === 0) return Number.POSITIVE_INFINITY;
  return flat.reduce((most, value, index) => Math.max(most, Math.abs(value - (found[index] ?? Number.NaN))), 0);
}
