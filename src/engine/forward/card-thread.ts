// The thread that has the card to itself: takes passes and what becomes of keys and values, one after the other.
import { parentPort, workerData } from 'node:worker_threads';
import { EngineError, unreachable } from '../../errors.ts';
import { toCardError } from './card-failures.ts';
import type { CardFailure, CardOptions, CardPass, FromCard, ToCard } from './card-messages.ts';
import { type Card, openCard } from './onnx-card.ts';

const port = parentPort;
if (!port) throw new EngineError('worker-alone', 'this file runs as a thread of the device');

const options: CardOptions = workerData;
/** Of keys and values that could not be had: whoever uses them hears it. */
const broken = new Map<number, CardFailure>();

function answer(message: FromCard): void {
  port?.postMessage(message);
}

function toFailure(error: unknown): CardFailure {
  const { code, message } = toCardError(options.kind, error);
  return { code, message };
}

function change(card: Card, message: ToCard): void {
  switch (message.type) {
    case 'kv.grown':
      attempt(message.kv, () => card.grow(message.kv, message.countSlots, message.countHeld));
      return;
    case 'kv.copied':
      attempt(message.to, () => card.copy(message.from, message.to, message.countSlots));
      return;
    case 'kv.released':
      broken.delete(message.kv);
      card.release(message.kv);
      return;
    case 'pass.wanted':
      answer(run(card, message.pass));
      return;
    case 'stop.wanted':
      card.close();
      port?.close();
      return;
    default:
      unreachable(message);
  }
}

function run(card: Card, pass: CardPass): FromCard {
  const failure = broken.get(pass.kv);
  if (failure) return { type: 'pass.failed', failure };
  try {
    return { type: 'pass.ended', result: card.run(pass) };
  } catch (error) {
    return { type: 'pass.failed', failure: toFailure(error) };
  }
}

function attempt(kv: number, work: () => void): void {
  if (broken.has(kv)) return;
  try {
    work();
  } catch (error) {
    broken.set(kv, toFailure(error));
  }
}

try {
  const card = openCard(options);
  port.on('message', (message: ToCard) => change(card, message));
  answer({ type: 'card.ready' });
} catch (error) {
  answer({ type: 'card.failed', failure: toFailure(error) });
}
