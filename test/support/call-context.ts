import { type CallContext, createCallContext } from '../../src/agent/call-context.ts';

/** A call for tools that are run by themselves: what they ask of it is lost. */
export function makeCallContext(state: Record<string, unknown> = {}): CallContext {
  return createCallContext(
    { callId: 'call-1', from: undefined, to: undefined, direction: undefined, variables: {}, state },
    () => undefined,
    () => [],
  );
}
