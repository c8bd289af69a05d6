import { describe, expect, it } from 'vitest';
import { createCallValidator } from '../../bench/model-calls.ts';
import { defaultPromptLimits as limits } from '../../src/engine/prompt/limits.ts';
import { plain, resultText } from '../../src/engine/prompt/prompt.ts';
import type { Dialogue } from '../../training/dialogues.ts';
import { createSyntheticDialogues } from '../../training/synthetic/dialogues.ts';

const dialogues = createSyntheticDialogues(600);

function of(behaviour: string): Dialogue[] {
  return dialogues.filter(({ id }) => id.replace(/^synthetic-|-\d+$/g, '') === behaviour);
}

function textOf({ messages }: Dialogue, role: 'user' | 'say'): string {
  return messages.flatMap((message) => (message.role === role ? [message.text] : [])).join(' ');
}

describe('a synthetic dialogue', () => {
  it('is the same whenever it is made, and unlike the others', () => {
    expect(createSyntheticDialogues(20)).toEqual(dialogues.slice(0, 20));
    expect(new Set(dialogues.map(({ messages }) => JSON.stringify(messages))).size).toBeGreaterThan(595);
    expect(new Set(dialogues.map(({ id }) => id)).size).toBe(600);
  });

  it('has calls that keep to the tools they name', () => {
    const isValid = createCallValidator();
    const broken = dialogues.flatMap(({ id, tools, messages }) =>
      messages.flatMap((message) => (message.role === 'call' && !isValid(tools, message) ? [id] : [])),
    );
    expect(broken).toEqual([]);
  });

  it('takes turns as a call does: a result after each call, never two says nor two turns of the caller in a row', () => {
    for (const { id, messages } of dialogues) {
      for (const [index, { role }] of messages.entries()) {
        const next = messages[index + 1]?.role;
        if (role === 'call') expect(next, id).toBe('result');
        else expect(next, id).not.toBe(role);
      }
      expect(messages.at(-1)?.role, id).toBe('say');
    }
  });

  it('is spoken: short replies of plain words', () => {
    const says = dialogues.flatMap(({ messages }) =>
      messages.flatMap((message) => (message.role === 'say' ? [message.text] : [])),
    );
    const lengths = says.map((text) => text.split(' ').length).sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length * 0.95)]).toBeLessThanOrEqual(20);
    expect(says.filter((text) => /[*_#{}[\]|<>]|undefined/.test(text) || !/[.?!]$/.test(text))).toEqual([]);
  });

  it('fits what the model is told: instructions and results are never cut', () => {
    for (const { instructions, messages } of dialogues) {
      expect(instructions.length).toBeLessThanOrEqual(limits.maxInstructionsLength);
      for (const message of messages)
        if (message.role === 'result') {
          expect(message.content.length).toBeLessThanOrEqual(limits.maxResultLength);
          expect(resultText(message.content, limits)).toBe(` ${message.content}`);
          expect(() => JSON.parse(message.content)).not.toThrow();
        }
    }
  });

  it('asks for nothing in a call that the caller has not said', () => {
    for (const dialogue of dialogues) {
      // What the agent offered from its results was agreed to.
      const offered = dialogue.id.includes('offer') ? textOf(dialogue, 'say') : '';
      const said = plain(`${textOf(dialogue, 'user')} ${offered}`);
      const letters = said.replaceAll(/ (as in|for) \w+/g, '').replaceAll(' ', '');
      for (const message of dialogue.messages) {
        if (message.role !== 'call') continue;
        for (const [key, value] of Object.entries(message.arguments)) {
          if (typeof value !== 'string' || /date|time|day|when/.test(key) || /^[A-Z]*\d+$/.test(value)) continue;
          const isSaid = said.includes(plain(value.replaceAll('_', ' '))) || letters.includes(plain(value));
          expect(isSaid, `${dialogue.id} ${key}: ${value}`).toBe(true);
        }
      }
    }
  });

  it('spells numbers and codes digit by digit, or writes them', () => {
    const digitOf = new Map(
      'zero one two three four five six seven eight nine'.split(' ').map((word, digit) => [word, String(digit)]),
    );
    for (const dialogue of of('dictate')) {
      const heard = plain(textOf(dialogue, 'user'))
        .replaceAll(/ as in \w+/g, '')
        .replaceAll(/\bdouble (\w+)/g, '$1 $1')
        .split(' ')
        .filter((word) => word !== 'uh')
        .map((word) => (word === 'oh' ? '0' : (digitOf.get(word) ?? word)))
        .join('');
      for (const message of dialogue.messages) {
        if (message.role !== 'call') continue;
        for (const value of Object.values(message.arguments))
          if (typeof value === 'string' && /^[A-Z]*\d{3,}$/.test(value))
            expect(heard, dialogue.id).toContain(value.toLowerCase());
      }
    }
  });
});

describe('the behaviours', () => {
  it('are all played, in many domains', () => {
    const names = new Set(dialogues.map(({ id }) => id.replace(/^synthetic-|-\d+$/g, '')));
    expect(names.size).toBe(17);
    const businesses = dialogues.filter(({ id }) => !id.includes('hand-over'));
    const subjects = businesses.flatMap(({ instructions }) => / (an? [a-z ]+)\. /.exec(instructions)?.[1] ?? []);
    expect(new Set(subjects).size).toBeGreaterThan(30);
    expect(new Set(dialogues.flatMap(({ tools }) => tools.map(({ name }) => name))).size).toBeGreaterThan(100);
  });

  it('read a write back only where the instructions say so, and wait for a yes', () => {
    for (const { id, instructions, messages, tools } of of('confirm')) {
      expect(instructions, id).toContain(tools[0]?.name);
      const at = messages.findIndex((message) => message.role === 'call' && message.name === tools[0]?.name);
      if (at < 0) continue;
      expect(messages[at - 1]?.role, id).toBe('user');
      expect(messages[at - 2], id).toMatchObject({ role: 'say', text: expect.stringMatching(/\?$/) });
    }
    for (const { instructions, tools } of of('dictate')) expect(instructions).not.toContain(tools[0]?.name);
  });

  it('say an error in the words of the runtime, and then that it failed', () => {
    for (const { id, messages, tools } of of('fail')) {
      const at = messages.findIndex(({ role }) => role === 'result');
      const error = new RegExp(`^\\{"error": "${tools[0]?.name} (failed: [^"]+|took longer than its \\d+ ms)"\\}$`);
      expect(messages[at], id).toMatchObject({ content: expect.stringMatching(error) });
      expect(messages[at + 1]?.role, id).toBe('say');
    }
  });

  it('make a stopped call again, for all of the words', () => {
    for (const { id, messages } of of('stop')) {
      const at = messages.findIndex(({ role }) => role === 'result');
      expect(messages[at], id).toMatchObject({ content: '{"error": "cancelled: the caller went on speaking"}' });
      expect(messages.slice(at + 1, at + 4).map(({ role }) => role)).toEqual(['user', 'call', 'result']);
    }
  });

  it('hand a call over by the one tool that the caller is for, as the runtime offers it', () => {
    for (const { id, messages, tools } of of('hand-over')) {
      expect(tools.length, id).toBeGreaterThan(1);
      for (const { name, parameters } of tools) {
        expect(name).toMatch(/^transfer_to_[a-z_]+$/);
        expect(parameters.properties).toEqual({});
      }
      expect(messages.filter(({ role }) => role === 'call').length, id).toBeLessThanOrEqual(1);
    }
    const calls = of('hand-over').filter(({ messages }) => messages.some(({ role }) => role === 'call'));
    expect(calls.length / of('hand-over').length).toBeGreaterThan(0.6);
  });

  it('call nothing for what no tool covers', () => {
    const isIdle = ({ messages, tools }: Dialogue) =>
      messages.every((message) => message.role !== 'call' || message.name !== tools[0]?.name);
    expect(of('refuse').filter(isIdle).length).toBeGreaterThan(3);
    for (const dialogue of of('refuse')) expect(textOf(dialogue, 'say')).toMatch(/sorry|can't|afraid/);
  });

  it('book what was offered on a yes, decided with all that was said before and read back by the runtime', () => {
    const isValid = createCallValidator();
    let countBooked = 0;
    for (const { id, messages, tools } of of('offer')) {
      for (const [index, message] of messages.entries()) {
        if (message.role !== 'say' || message.decided === undefined) continue;
        expect(isValid(tools, message.decided), id).toBe(true);
        expect(message.text, id).toMatch(/^Please confirm: .*\. Is that right\?$/);
        expect(messages[index - 1]?.role, id).toBe('user');
        const call = messages[index + 2];
        if (call?.role !== 'call') continue;
        expect(call, id).toEqual({ role: 'call', ...message.decided });
        countBooked++;
      }
    }
    expect(countBooked).toBeGreaterThan(100);
  });
});
