// The promises to a caller whose final never comes: what is broken, in words, or undefined.

import { toWords } from '../../src/base/words.ts';
import type { Told, Witness } from './witness.ts';

export const unanswered: Readonly<Record<string, (witness: Witness) => string | undefined>> = {
  'no turn with words stays unanswered beyond the bound': ({ agent, log }) => {
    let open: { readonly turn: number; readonly atMs: number } | undefined;
    let isReplying = false;
    let said: { readonly turn: number; readonly words: string; readonly atMs: number } | undefined;
    let answered: typeof said;
    let told = '';
    for (const seen of log) {
      const waitedMs = open === undefined ? 0 : seen.atMs - open.atMs;
      if (waitedMs > agent.endpointing.maxDelayMs) return `turn ${open?.turn} waits for ${waitedMs} ms`;
      if (seen.kind === 'told' && seen.event.type === 'transcript.updated' && toWords(seen.event.text) !== '') {
        said = { turn: seen.event.turn, words: toWords(seen.event.text), atMs: seen.atMs };
        const isNew = said.turn !== answered?.turn || said.words !== answered.words;
        if (isNew && !isReplying) open = said;
      }
      // Keys end by a pause of their own.
      if (seen.kind === 'told' && seen.event.type === 'dtmf.pressed') open = undefined;
      if (seen.kind === 'told') told = seen.event.type;
      if (seen.kind !== 'said') continue;
      const { type } = seen.event;
      if (type === 'turn.committed') answered = said;
      if (type === 'turn.committed' || type === 'reply.updated') isReplying = true;
      if (type === 'turn.taken-back' || type === 'reply.ended') isReplying = false;
      // Words that stopped the reply, or made it none; not those of a caller whose own device stopped it.
      const isCut = type === 'turn.taken-back' || (type === 'reply.ended' && seen.event.interrupted);
      if (isCut && told === 'transcript.updated' && said?.atMs === seen.atMs && said !== answered) open = said;
      if (isReplying || type === 'call.closed') open = undefined;
    }
    return undefined;
  },

  'the model reads the words of a turn that the next one overtook': ({ log }) => {
    let isReplying = false;
    let newest: { readonly turn: number; readonly words: string } | undefined;
    let said: typeof newest;
    let answered: typeof newest;
    let overtaken: string[] = [];
    for (const seen of log) {
      if (seen.kind === 'told' && seen.event.type === 'transcript.updated' && toWords(seen.event.text) !== '')
        said = { turn: seen.event.turn, words: toWords(seen.event.text) };
      if (seen.kind === 'told' && 'turn' in seen.event && !isReplying && isSaying(seen.event)) {
        if (newest && seen.event.turn > newest.turn) overtaken.push(newest.words);
        if (newest && seen.event.turn > newest.turn) newest = undefined;
        // Keys of a turn take the place of its words.
        if (seen.event.type === 'dtmf.pressed') newest = undefined;
        const words = seen.event.type === 'transcript.updated' ? toWords(seen.event.text) : '';
        const isAnswered = seen.event.turn === answered?.turn && words === answered.words;
        if (words !== '' && !isAnswered) newest = { turn: seen.event.turn, words };
        // A recogniser that takes its final back without words takes the words back.
        else if (seen.event.type === 'transcript.updated' && seen.event.state === 'resumed') newest = undefined;
      }
      if (seen.kind === 'said' && seen.event.type === 'turn.committed') {
        answered = said;
        newest = undefined;
      }
      if (seen.kind === 'said' && seen.event.type === 'turn.taken-back') answered = undefined;
      if (seen.kind === 'said' && seen.event.type === 'reply.ended') overtaken = [];
      if (seen.kind === 'said' && ['turn.committed', 'reply.updated'].includes(seen.event.type)) isReplying = true;
      if (seen.kind === 'said' && ['turn.taken-back', 'reply.ended'].includes(seen.event.type)) isReplying = false;
      if (seen.kind !== 'asked') continue;
      const read = toWords(seen.parts.findLast(({ role }) => role === 'user')?.text ?? '');
      const lost = overtaken.find((words) => !read.includes(words));
      if (lost !== undefined) return `"${lost}" was said before, the model reads "${read}"`;
    }
    return undefined;
  },
};

function isSaying({ type }: Told): boolean {
  return type === 'transcript.updated' || type === 'speech.started' || type === 'dtmf.pressed';
}
