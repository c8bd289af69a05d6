// A call of any length, made up by a seed: every kind of line of a recording, in the proportions of real ones.

import { createRandom } from '../src/base/random.ts';
import { createCallWriter } from '../src/trace/format/call-file.ts';

const places = ['san jose', 'oakland', 'palo alto', 'walnut creek', 'san mateo'];
const asks = [
  'a table for two tonight in',
  'is there something cheaper in',
  'what about sushi in',
  'book the first one in',
];
const answers = [
  'I found four places in',
  'There is a quiet one in',
  'The best rated is in',
  'Shall I book the one in',
];

/** The text of a call file with so many turns. */
export function makeLongCall(countTurns: number, seed: number): string {
  const random = createRandom(seed);
  const pick = <T>(list: readonly [T, ...T[]] | readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let text = '';
  const startedAt = new Date(Date.UTC(2026, 10, 25, 9, seed)).toISOString();
  const header = { agent: 'restaurant', startedAt, effort: 'low', hasAudio: true, callId: `made-${seed}` };
  const writer = createCallWriter(header, (line) => {
    text += line;
  });
  let atMs = 400;
  let draft = 0;
  const wait = (ms: number) => {
    atMs += ms;
    return atMs;
  };
  for (let turn = 1; turn <= countTurns; turn++) {
    const words = `${pick(asks)} ${pick(places)} please`.split(' ');
    const answer = `${pick(answers)} ${pick(places)}, open until ten.`;
    writer.append({ type: 'speech.started', turn }, wait(300));
    let previous = 0;
    for (let count = 2; count <= words.length; count += 2) {
      const heard = words.slice(0, count).join(' ');
      writer.append({ type: 'transcript.updated', turn, text: heard, state: 'interim' }, wait(250));
      draft++;
      const cause = 'interim';
      const from = previous === 0 ? {} : { previous };
      writer.append({ type: 'draft.started', turn, draft, cause, words: heard, ...from }, wait(1));
      writeSteps(turn, answer, 1 + Math.floor(random() * 4));
      const modelUs = 20_000 + Math.floor(random() * 30_000);
      const savedUs = count + 2 > words.length ? modelUs : Math.floor(modelUs * random() * 0.5);
      const outcome = count + 2 > words.length ? 'committed' : 'superseded';
      const costs = { modelUs, savedUs, neededUs: 0, wastedUs: modelUs - savedUs };
      writer.append({ type: 'draft.ended', turn, draft, outcome, ...costs }, wait(60));
      previous = draft;
    }
    const caller = words.join(' ');
    writer.append({ type: 'transcript.updated', turn, text: caller, state: 'final' }, wait(120));
    const userSpeechEndedMs = atMs;
    const use = pick(['hit', 'hit', 'hit', 'repaired', 'missed'] as const);
    writer.append({ type: 'turn.committed', turn, isHit: use === 'hit', isContinued: false }, atMs);
    const hasTool = random() < 0.15;
    const parts: [string, number][] = [['endpointing', 200 + Math.floor(random() * 900)]];
    if (use !== 'hit') parts.push(['queue', 150], ['prefill', 12_000 + Math.floor(random() * 9000)]);
    if (use === 'missed') parts.push(['denoise', 30_000 + Math.floor(random() * 60_000)]);
    if (hasTool) {
      const args = { city: pick(places) };
      const tool = { turn, name: 'find_restaurants', arguments: args, speculative: false } as const;
      writer.append({ type: 'tool.started', ...tool }, atMs);
      const toolUs = 40_000 + Math.floor(random() * 200_000);
      writer.append({ type: 'tool.ended', ...tool, result: { count: 4 } }, wait(toolUs / 1000));
      parts.push(['tool.find_restaurants', toolUs], ['prefill', 18_000]);
    }
    parts.push(['clause', 400], ['tts.ttfb', 22_000 + Math.floor(random() * 9000)], ['wire', 700]);
    let us = 0;
    const stretches = parts.map(([stage, length]): [string, number, number] => {
      us += length;
      return [stage, us - length, us];
    });
    us += 300;
    const partsUs: Record<string, number> = { unexplained: 300 };
    for (const [stage, length] of parts) partsUs[stage] = (partsUs[stage] ?? 0) + length;
    const totalMs = us / 1000;
    writer.append({ type: 'reply.updated', turn, text: answer }, Math.max(atMs, userSpeechEndedMs + totalMs - 24));
    atMs = Math.max(atMs, userSpeechEndedMs + totalMs);
    writer.append({ type: 'audio.started', turn }, atMs);
    const figures = {
      firstTextMs: totalMs - 24,
      firstAudioMs: totalMs,
      totalMs,
      partsUs,
      draft: use,
      userSpeechEndedMs,
      stretches,
    };
    const steps = { steps: use === 'missed' ? 6 : 0, forwards: use === 'hit' ? 0 : 3 };
    const modelUs = us - (partsUs['tool.find_restaurants'] ?? 0);
    const loop = hasTool
      ? {
          steps: [
            { kind: 'model' as const, aloneUs: 41_000, waitedUs: 22_000 },
            { kind: 'tool' as const, name: 'find_restaurants', aloneUs: us - modelUs, waitedUs: us - modelUs },
            { kind: 'model' as const, aloneUs: 30_000, waitedUs: 18_000 },
          ],
          aloneUs: 71_000 + us - modelUs,
          waitedUs: 40_000 + us - modelUs,
          savedUs: 31_000,
        }
      : undefined;
    writer.append({ type: 'turn.measured', turn, ...figures, ...steps, ...(loop ? { loop } : {}) }, atMs);
    const spoken = answer.split(' ');
    const isCut = random() < 0.06;
    for (let count = 1; count <= spoken.length; count += 2) {
      writer.append({ type: 'reply.heard', turn, heard: spoken.slice(0, count).join(' ') }, wait(300));
      if (isCut && count > 4) break;
    }
    const heard = isCut ? spoken.slice(0, 5).join(' ') : answer;
    const lengthMs = atMs - (userSpeechEndedMs + totalMs);
    const loud = Array.from({ length: Math.ceil(lengthMs / 100) }, () => 20 + Math.floor(random() * 90));
    writer.append({ type: 'audio.peaks', side: 'agent', fromMs: userSpeechEndedMs + totalMs, peaks: loud }, atMs);
    writer.append({ type: isCut ? 'playback.clear' : 'audio.ended', turn }, atMs);
    writer.append({ type: 'reply.ended', turn, text: answer, heard, interrupted: isCut }, atMs);
  }
  writer.append({ type: 'call.ended' }, wait(500));
  return text;

  /** Words come out of order, as masks are filled in. */
  function writeSteps(turn: number, answer: string, countSteps: number): void {
    const words = answer.split(' ');
    const open = new Set(words.keys());
    for (let step = 1; step <= countSteps; step++) {
      const fixedNow = new Set([...open].filter(() => step === countSteps || random() < 0.5));
      for (const index of fixedNow) open.delete(index);
      let line = '';
      const fixed: [number, number][] = [];
      for (const [index, word] of words.entries()) {
        if (open.has(index)) continue;
        if (line !== '') line += ' ';
        if (fixedNow.has(index)) fixed.push([line.length, line.length + word.length]);
        line += word;
      }
      const isDone = step === countSteps;
      const facts = { stage: step === 1 ? ('prefill' as const) : ('denoise' as const), act: 'say' as const, isDone };
      const took = { tookUs: { [facts.stage]: 9000 + Math.floor(random() * 6000) }, stableLength: 0 };
      const counts = { pEndOfTurn: 0.4, pWait: 0.1, countSteps: step - 1, countReused: 0 };
      writer.append(
        { type: 'draft.stepped', turn, draft, step, ...facts, ...took, text: line, fixed, ...counts },
        wait(14),
      );
    }
  }
}
