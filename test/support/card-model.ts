import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadManifest, type Manifest } from '../../src/engine/manifest.ts';
import { exportModel } from '../../training/export.ts';
import { writeGpuGraph } from './gpu-graph.ts';
import { writeSmallCheckpoint } from './small-checkpoint.ts';

export interface CardModel {
  readonly modelDir: string;
  readonly checkpoint: string;
  readonly manifest: Manifest;
  remove(): Promise<void>;
}

/** A model folder with random weights, and a graph for cards beside that for processors. */
export async function createCardModel(): Promise<CardModel> {
  const folder = await mkdtemp(join(tmpdir(), 'card-model-'));
  const modelDir = join(folder, 'model');
  const checkpoint = await writeSmallCheckpoint(join(folder, 'checkpoint'));
  await exportModel({ from: checkpoint, to: modelDir });
  await writeGpuGraph(checkpoint, modelDir);
  const manifest = await loadManifest(modelDir);
  return { modelDir, checkpoint, manifest, remove: () => rm(folder, { recursive: true }) };
}
