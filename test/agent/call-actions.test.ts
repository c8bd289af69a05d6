import { expect, it } from 'vitest';
import { type CallAction, createCallContext } from '../../src/agent/call-context.ts';
import { ToolError } from '../../src/errors.ts';

function ask(action: (call: ReturnType<typeof createCallContext>) => void): CallAction[] {
  const asked: CallAction[] = [];
  action(
    createCallContext(
      { callId: 'call-1', from: undefined, to: undefined, direction: undefined, variables: {}, state: {} },
      (one) => asked.push(one),
      () => [],
    ),
  );
  return asked;
}

it.each(['+15550100', '(555) 010-0100', '112', 'sip:desk@example.com', 'SIPS:desk@example.com', 'client:front-desk'])(
  'puts a caller through to %s',
  (to) => {
    expect(ask((call) => call.transfer(to, 'a refund'))).toEqual([
      { type: 'transfer', transfer: { to, note: 'a refund' } },
    ]);
  },
);

it.each(['the manager', '', '+', 'tel:+15550100', 'https://example.com', 'sip:', 'sip:a b', 'client:', 'client:<b>'])(
  'refuses to put a caller through to %j, and says what it takes',
  (to) => {
    const transfer = () => ask((call) => call.transfer(to));
    expect(transfer).toThrow(ToolError);
    expect(transfer).toThrow(expect.objectContaining({ code: 'action-invalid' }));
    expect(transfer).toThrow(
      `transfer got ${JSON.stringify(to)}, expected a number (+15550100), sip:desk@example.com or client:NAME`,
    );
  },
);

it('refuses keys, languages and sounds that no wire could send', () => {
  expect(() => ask((call) => call.sendDigits('12 3'))).toThrow('sendDigits got "12 3", expected keys');
  expect(() => ask((call) => call.setLanguage('Spanish please'))).toThrow('setLanguage got "Spanish please"');
  expect(() => ask((call) => call.play(' '))).toThrow('play got " ", expected the address of a sound file');
  expect(ask((call) => call.sendDigits('1w2#'))).toEqual([{ type: 'send-digits', digits: '1w2#' }]);
  expect(ask((call) => call.setLanguage('es-MX'))).toEqual([{ type: 'set-language', language: 'es-MX' }]);
});
