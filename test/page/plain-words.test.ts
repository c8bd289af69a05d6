import { describe, expect, it } from 'vitest';
import { explainClosing, explainMicrophone, explainProblem } from '../../src/page/plain-words.ts';
import { nativeCloseCodes } from '../../src/protocol/native-messages.ts';

describe('plain words', () => {
  it('say nothing of a call that ended as calls do', () => {
    expect(explainClosing(nativeCloseCodes.callEnded, 'the call ended')).toBeUndefined();
  });

  it('say for every close code what to do', () => {
    const codes = Object.values(nativeCloseCodes).filter((code) => code !== nativeCloseCodes.callEnded);
    for (const code of [...codes, 1006, 4999]) expect(explainClosing(code, '')).toMatch(/call again\.$/i);
  });

  it('prefer the problem that closed the call to its code', () => {
    expect(explainClosing(nativeCloseCodes.policyBroken, 'unknown-agent')).toContain('agent');
  });

  it("fall back on the server's own words, and never on a bare code", () => {
    expect(explainProblem('turn-went-back', 'turn 1 came after turn 2')).toBe(
      'The server reports: turn 1 came after turn 2.',
    );
    expect(explainProblem('text-too-long', 'transcript.updated: …')).toContain('4000 characters');
    expect(explainClosing(4999, 'odd')).toContain('4999 (odd)');
  });

  it('offer typing whenever the microphone fails', () => {
    for (const code of ['not-allowed', 'network', 'audio-capture', 'bad-grammar'])
      expect(explainMicrophone(code)).toMatch(/type/i);
  });
});
