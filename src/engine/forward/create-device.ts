// Chooses what runs the model. Takes a name, gives a device, or says why not.
import { EngineError, toMessage } from '../../errors.ts';
import type { DeviceName } from '../device-name.ts';
import { type FoundCards, findCards } from './cards.ts';
import { missingCuda } from './cuda.ts';
import type { Device } from './device.ts';
import { type CardDeviceOptions, createCardDevice } from './device-card.ts';
import { createOnnxDevice, type OnnxDeviceOptions } from './device-onnx.ts';

export interface DeviceParts {
  readonly findCards: () => FoundCards;
  readonly createProcessorDevice: (options: OnnxDeviceOptions) => Promise<Device>;
  readonly createCardDevice: (options: CardDeviceOptions) => Promise<Device>;
}

/** Rejects with EngineError: a device that is asked for by its name is not replaced by another. Warns of a fallback. */
export async function createDevice(
  name: DeviceName,
  options: OnnxDeviceOptions,
  parts: DeviceParts = { findCards, createProcessorDevice: createOnnxDevice, createCardDevice },
): Promise<Device> {
  if (name === 'cpu') return parts.createProcessorDevice(options);
  if (name === 'cuda') return openCuda(options, parts);
  if (name === 'webgpu') return openWebGpu(options, parts);
  if (options.manifest.gpu === undefined) return parts.createProcessorDevice(options);
  const { cards, missing } = parts.findCards();
  if (!cards.some(({ isSoftware }) => !isSoftware))
    return fallBack(options, parts, missing ?? `${cards[0]?.name} is no card but software`);
  try {
    return await openWebGpu(options, parts);
  } catch (error) {
    return fallBack(options, parts, toMessage(error));
  }
}

function fallBack(options: OnnxDeviceOptions, parts: DeviceParts, reason: string): Promise<Device> {
  options.warn?.(`the model runs on the processor: ${reason}`);
  return parts.createProcessorDevice(options);
}

async function openWebGpu({ modelDir, manifest }: OnnxDeviceOptions, parts: DeviceParts): Promise<Device> {
  const { cards, missing } = parts.findCards();
  const [card] = cards;
  if (card === undefined)
    throw new EngineError('device-missing', `webgpu: ${missing}; --device cpu runs without a card`);
  return parts.createCardDevice({ kind: 'webgpu', modelDir, manifest, cardName: card.name });
}

async function openCuda({ modelDir, manifest }: OnnxDeviceOptions, parts: DeviceParts): Promise<Device> {
  const missing = missingCuda();
  if (missing !== undefined)
    throw new EngineError('device-missing', `cuda: ${missing}; --device cpu runs without a card`);
  return parts.createCardDevice({ kind: 'cuda', modelDir, manifest, cardName: 'NVIDIA' });
}
