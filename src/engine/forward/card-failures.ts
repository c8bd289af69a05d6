// What an error of the runtime means for who uses a card. Pure.
import { EngineError, toMessage } from '../../errors.ts';
import type { CardKind } from './card-messages.ts';

interface Meaning {
  readonly code: string;
  readonly sign: RegExp;
  readonly advice: string;
}

/** The first whose sign the message has. */
const meanings: readonly Meaning[] = [
  {
    code: 'device-lost',
    sign: /device (?:is |was )?lost|VK_ERROR_DEVICE_LOST|DXGI_ERROR_DEVICE|CUDA_ERROR_(?:ECC|LAUNCH|ILLEGAL)/i,
    advice: 'the driver took it away; calls go on when the engine has started again',
  },
  {
    code: 'device-memory',
    sign: /out.of.(?:device.)?memory|failed to create gpu buffer|failed to allocate|max buffer size/i,
    advice: 'other programs may hold its memory: free some, lower kvBudgetBytes, or run with --device cpu',
  },
  {
    code: 'device-missing',
    sign: /no supported adapters|failed to get a webgpu|failed to load (?:shared )?library|no cuda-capable device/i,
    advice: 'repartee doctor says what is missing; --device cpu runs without it',
  },
  {
    code: 'device-unfit',
    sign: /requires f16 but the device does not support it|disable_cpu_ep_fallback|assigned to the default CPU EP/i,
    advice: 'this card or its driver lacks something that the model needs: update the driver, or run with --device cpu',
  },
];

/** Its code is that of its meaning, if the message has one. */
export function toCardError(kind: CardKind, error: unknown): EngineError {
  const message = toMessage(error);
  const meaning = meanings.find(({ sign }) => sign.test(message));
  if (meaning === undefined) return error instanceof EngineError ? error : new EngineError('forward-failed', message);
  return new EngineError(meaning.code, `${kind}: ${message}; ${meaning.advice}`, { cause: error });
}
