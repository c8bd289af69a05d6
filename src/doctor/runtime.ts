import { findCards } from '../engine/forward/cards.ts';
import { missingCuda } from '../engine/forward/cuda.ts';
import { onnxLibrary, onnxVersion } from '../engine/forward/onnx-library.ts';
import { toMessage } from '../errors.ts';
import type { Check } from './finding.ts';

export const checkOnnxRuntime: Check = () => {
  try {
    onnxLibrary();
    return { name: 'ONNX Runtime', status: 'ok', found: onnxVersion() };
  } catch (error) {
    const mend = 'reinstall it: npm ci, on Linux with glibc, macOS or Windows';
    return { name: 'ONNX Runtime', status: 'failed', found: toMessage(error), mend };
  }
};

export const checkCard: Check = ({ device }) => {
  const { cards, missing } = findCards();
  const [card] = cards;
  const status = device === 'webgpu' ? 'failed' : 'note';
  if (card === undefined) return { name: 'card', status, found: 'none', ...(missing ? { mend: missing } : {}) };
  const memory = card.memoryBytes > 0 ? `, ${(card.memoryBytes / 2 ** 30).toFixed(1)} GiB` : '';
  const found = `${card.name}, driver ${card.driverVersion}${memory}`;
  if (!card.isSoftware) return { name: 'card', status: 'ok', found };
  const mend = 'install the driver of the card, if there is one: this is computed by the processor, for tests';
  return { name: 'card', status: 'note', found: `${found}: software`, mend };
};

export const checkCuda: Check = ({ device }) => {
  const missing = missingCuda();
  if (missing === undefined) return { name: 'CUDA', status: 'ok', found: "the provider's library is there" };
  return { name: 'CUDA', status: device === 'cuda' ? 'failed' : 'note', found: 'not there', mend: missing };
};
