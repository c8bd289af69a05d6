// What onnxruntime-node needs to run on an NVIDIA card by CUDA, and does not bring.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findOnnxLibrary } from './onnx-library.ts';

const providers: Readonly<Record<string, string>> = {
  linux: 'libonnxruntime_providers_cuda.so',
  win32: 'onnxruntime_providers_cuda.dll',
};

/** What is missing, and the line that gets it; undefined: the provider's library is there. */
export function missingCuda(): string | undefined {
  const name = providers[process.platform];
  if (name === undefined || process.arch !== 'x64')
    return `onnxruntime-node has no CUDA on ${process.platform} ${process.arch}: use --device webgpu`;
  const file = join(dirname(findOnnxLibrary()), name);
  if (existsSync(file)) return undefined;
  return `${file} is missing: ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js gets it (it wants NVIDIA's driver, CUDA 12 and cuDNN 9)`;
}
