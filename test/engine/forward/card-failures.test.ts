import { expect, it } from 'vitest';
import { toCardError } from '../../../src/engine/forward/card-failures.ts';
import { EngineError } from '../../../src/errors.ts';

it.each([
  ['device-missing', 'WebGPU: Failed to get a WebGPU adapter: No supported adapters'],
  ['device-missing', 'CUDA: Failed to load shared library'],
  ['device-unfit', 'Program Cast requires f16 but the device does not support it.'],
  ['device-unfit', 'This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP'],
  ['device-memory', 'out of memory: 94 MiB for 2048 tokens are not to be had'],
  ['device-memory', 'vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY'],
  ['device-lost', 'WebGPU device lost (1): the driver was reset'],
])('reads %s from what the runtime says, and says what to do', (code, message) => {
  const error = toCardError('webgpu', new EngineError('forward-failed', message));
  expect(error.code).toBe(code);
  expect(error.message).toContain(message);
  expect(error.message).toMatch(/--device cpu|started again/);
});

it('leaves an error as it is whose meaning it does not know', () => {
  const error = new EngineError('kv-missing', 'keys and values 7 are not on the card');
  expect(toCardError('webgpu', error)).toBe(error);
  expect(toCardError('cuda', new Error('odd')).code).toBe('forward-failed');
});
