import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { WorkerOptions } from '../../src/engine/worker/messages.ts';
import { packagePath } from '../../src/package-path.ts';
import { exportModel } from '../../training/export.ts';
import { writeSmallCheckpoint } from './small-checkpoint.ts';

export interface SmallModel {
  readonly modelDir: string;
  /** The engine's real thread over it. Needs npm run build. */
  startWorker(): Worker;
  remove(): Promise<void>;
}

/** A whole model folder with random weights: what it says has no sense, all else is as in the real one. */
export async function createSmallModel(): Promise<SmallModel> {
  const folder = await mkdtemp(join(tmpdir(), 'small-model-'));
  const modelDir = join(folder, 'model');
  await exportModel({ from: await writeSmallCheckpoint(join(folder, 'checkpoint')), to: modelDir });
  const workerData: WorkerOptions = {
    modelDir,
    device: 'cpu',
    maxAtOnce: 1,
    countThreads: 1,
    isSpinning: false,
    kvBudgetBytes: 2 ** 26,
  };
  return {
    modelDir,
    startWorker: () => new Worker(packagePath('dist/src/engine/worker/worker.js'), { workerData }),
    remove: () => rm(folder, { recursive: true }),
  };
}
