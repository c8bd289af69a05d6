import { describe, expect, it } from 'vitest';
import { createMessageOrder } from '../../src/protocol/native-order.ts';

function startedOrder() {
  const order = createMessageOrder();
  order.startCall();
  return order;
}

describe('createMessageOrder', () => {
  it('wants call.started before anything else', () => {
    const order = createMessageOrder();
    expect(order.check({ type: 'call.ended' })?.code).toBe('call-not-started');
    expect(order.check({ type: 'call.started', version: 1 })).toBeUndefined();
  });

  it('lets a call.started that was not taken be sent again, and no second one after it', () => {
    const order = createMessageOrder();
    expect(order.check({ type: 'call.started', version: 1, agent: 'nobody' })).toBeUndefined();
    expect(order.check({ type: 'call.started', version: 1 })).toBeUndefined();
    order.startCall();
    expect(order.check({ type: 'call.started', version: 1 })?.code).toBe('call-already-started');
  });

  it('lets turns stay and grow, by more than one too, but never go back', () => {
    const order = startedOrder();
    expect(order.check({ type: 'speech.started', turn: 1 })).toBeUndefined();
    expect(order.check({ type: 'transcript.updated', turn: 1, text: 'a', state: 'final' })).toBeUndefined();
    expect(order.check({ type: 'speech.started', turn: 4 })).toBeUndefined();
    expect(order.check({ type: 'transcript.updated', turn: 3, text: 'a', state: 'final' })?.code).toBe(
      'turn-went-back',
    );
    expect(order.check({ type: 'speech.started', turn: 3 })?.code).toBe('turn-went-back');
    expect(order.check({ type: 'transcript.updated', turn: 4, text: 'a', state: 'interim' })).toBeUndefined();
  });

  it('lets playback report on an earlier turn than the caller speaks in', () => {
    const order = startedOrder();
    order.check({ type: 'speech.started', turn: 2 });
    expect(order.check({ type: 'playback.position', turn: 1, playedMs: 60 })).toBeUndefined();
  });
});
