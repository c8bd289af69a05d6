// The promises of a call, one named checker each: what is broken, in words, or undefined.

import type { AgentTool } from '../../src/agent/agent.ts';
import { takeHeard, toWords } from '../../src/base/words.ts';
import { toConsent } from '../../src/conversation/consent.ts';
import type { Emitted } from '../../src/conversation/events.ts';
import { MAX_SPECULATIONS } from '../../src/conversation/runs.ts';
import { unanswered } from './unanswered.ts';
import { ANNOUNCED, LATE_SOUND, type Seen, UNSURE_WORDS, type Witness } from './witness.ts';

type Checker = (witness: Witness) => string | undefined;
/** The reply before is not the newest any more. */
const reopening: ReadonlySet<string> = new Set(['turn.committed', 'turn.taken-back', 'reply.updated']);

type Said<T extends Emitted['type']> = Extract<Emitted, { type: T }>;

/** However long the caller makes sounds without words: so many times what an agent waits for words. */
const MAX_WAITS = 3;
/** Whoever waits for so long has waited for all that a call may take to answer. */
const PATIENCE_MS = 60_000;
const READ_BACK = /You want to|Did you say/;

/** A reply that read something back, and what the wire says of it. */
interface Asked {
  readonly turn: number;
  readonly sinceMs: number;
  readonly heard: string;
  readonly isTold: boolean;
  readonly isEnded: boolean;
}

/** A reply is made of lines `You said WORDS.`, which name the words that they answer, and of the agent's own lines. */
export const invariants: Readonly<Record<string, Checker>> = {
  'one audible reply for each committed turn': ({ agent, log, isText }) => {
    const asides = [agent.say.idle, agent.say.goodbye, agent.say.transfer, agent.say.voicemail, ANNOUNCED];
    let open: { readonly turn: number; text: string } | undefined = { turn: 0, text: '' };
    for (const event of said(log)) {
      if (event.type === 'turn.taken-back' && isText && open !== undefined && open.text !== '')
        return `"${open.text}" was sent, and its turn taken back`;
      if (event.type === 'turn.committed') open = { turn: event.turn, text: '' };
      else if (event.type === 'turn.taken-back' || event.type === 'reply.ended') open = undefined;
      else if (event.type === 'reply.updated') {
        if (open === undefined && asides.includes(event.text)) open = { turn: event.turn, text: event.text };
        if (open?.turn !== event.turn) return `turn ${event.turn} said "${event.text}" without being asked`;
        if (!event.text.startsWith(open.text)) return `"${open.text}" became "${event.text}"`;
        open.text = event.text;
      }
    }
    return undefined;
  },

  'nothing of a dead draft is audible': ({ log }) => {
    let heard = '';
    let keysTurn = 0;
    let committed = '';
    for (const seen of log) {
      if (seen.kind === 'told' && seen.event.type === 'transcript.updated') heard = toSaid(seen.event.text);
      // How far back the keys of a turn go is the machine's to say: they end with the last one that is a word.
      if (seen.kind === 'told' && seen.event.type === 'dtmf.pressed')
        heard = toSaid(seen.event.digit) || (isKey(heard) && seen.event.turn === keysTurn ? heard : '');
      if (seen.kind === 'told' && seen.event.type === 'dtmf.pressed') keysTurn = seen.event.turn;
      if (seen.kind !== 'said') continue;
      if (seen.event.type === 'turn.committed') committed = heard;
      if (seen.event.type !== 'reply.updated') continue;
      for (const [, words = ''] of seen.event.text.matchAll(/You said ([^.]*)\./g))
        if (
          toSaid(words) !== '' &&
          !` ${toSaid(words)}`.endsWith(isKey(committed) || committed === '' ? committed : ` ${committed}`)
        )
          return `"${words}" was answered, not "${committed}"`;
    }
    return undefined;
  },

  'a write runs once, after its commit, and after it was confirmed': ({ agent, log, runs }) => {
    const keys = runs.filter((run) => run.effect === 'write').map((run) => run.key);
    const twice = keys.find((key, index) => keys.indexOf(key) !== index);
    if (twice !== undefined) return `a write ran twice for one decision: ${twice}`;
    const toKey = ({ name, arguments: args }: Said<'tool.started'>) => `${name} ${JSON.stringify(args)}`;
    let isCommitted = false;
    let readBack: { text: string; countCommits: number } | undefined;
    let countCommits = 0;
    const countStarted = new Map<string, number>();
    /** Writes that succeeded since another tool wrote. */
    let done: Said<'tool.ended'>[] = [];
    let hasAgreed = false;
    for (const seen of log) {
      if (seen.kind === 'told' && seen.event.type === 'transcript.updated')
        hasAgreed ||= ['agreed', 'agreed-and-more'].includes(toConsent(seen.event.text, agent.confirmation));
      if (seen.kind !== 'said') continue;
      const { event } = seen;
      if (event.type === 'turn.committed') {
        isCommitted = true;
        countCommits++;
      } else if (event.type === 'turn.taken-back') {
        isCommitted = false;
        countCommits--;
      } else if (event.type === 'reply.ended') {
        isCommitted = false;
        if (event.heard.length <= event.text.search(READ_BACK)) readBack = undefined;
      } else if (event.type === 'reply.updated' && READ_BACK.test(event.text)) {
        if (event.text !== readBack?.text) hasAgreed = false;
        readBack = { text: event.text, countCommits };
      } else if (event.type === 'tool.ended' && 'result' in event && agent.tools.some((tool) => isWriteOf(tool, event)))
        done = [...done.filter(({ name }) => name === event.name), event];
      else if (event.type === 'tool.started') {
        const tool = agent.tools.find(({ name }) => name === event.name);
        if (tool?.effect !== 'write') continue;
        if (!isCommitted || event.speculative) return `${toKey(event)} ran before its turn was committed`;
        countStarted.set(toKey(event), (countStarted.get(toKey(event)) ?? 0) + 1);
        if (
          !tool.allowDuplicate &&
          done.some((made) => toKey({ ...event, ...made, type: 'tool.started' }) === toKey(event))
        )
          return `${toKey(event)} ran though it had succeeded`;
        const values = Object.values(event.arguments).map(String);
        const unsure = tool.confirmBelow > 0 ? values.filter((value) => value.includes(UNSURE_WORDS)) : [];
        const due = tool.confirm ? [tool.describe(event.arguments)] : unsure;
        const isReadBack = readBack?.countCommits === countCommits - 1;
        if (due.some((words) => !isReadBack || !readBack?.text.includes(words)))
          return `${toKey(event)} ran without being confirmed`;
        if (tool.confirm && !hasAgreed) return `${toKey(event)} ran without a yes`;
      }
    }
    const countRuns = runs.filter((run) => run.effect === 'write').length;
    const countAll = [...countStarted.values()].reduce((sum, count) => sum + count, 0);
    return countRuns === countAll ? undefined : `${countRuns} writes ran, ${countAll} were reported`;
  },

  'a write that needs a yes gets it to what was heard to its end, and asked last': ({ agent, log, leastMs }) => {
    /** What was said last, a read-back. */
    let asked: (Asked & { readonly text: string }) | undefined;
    let answered: typeof asked;
    let turn = 0;
    let firstWordsMs = new Map<number, number>();
    for (const { kind, atMs, ...seen } of log) {
      if (kind === 'asked' || !('event' in seen)) continue;
      const { event } = seen;
      if (event.type === 'transcript.updated' && toWords(event.text) !== '' && !firstWordsMs.has(event.turn))
        firstWordsMs.set(event.turn, atMs);
      if (event.type === 'playback.interrupted' && event.turn === asked?.turn)
        asked = { ...asked, heard: takeHeard(asked.text, event.heard), isTold: true };
      if (event.type === 'turn.committed') [answered, turn] = [asked, event.turn];
      if (event.type === 'turn.taken-back') asked = answered;
      const isOn =
        event.type === 'reply.updated' && event.turn === asked?.turn && !asked.isEnded && event.text === asked.text;
      if (event.type === 'reply.updated' && !isOn) {
        firstWordsMs = new Map();
        const { text } = event;
        asked = READ_BACK.test(text)
          ? { turn: event.turn, text, sinceMs: atMs, heard: '', isTold: false, isEnded: false }
          : undefined;
      }
      if (event.type === 'reply.ended' && event.turn === asked?.turn && !asked.isTold)
        asked = { ...asked, heard: event.heard };
      if (event.type === 'reply.ended' && asked) asked = { ...asked, isEnded: true };
      if (event.type !== 'tool.started') continue;
      const tool = agent.tools.find(({ name }) => name === event.name);
      if (!tool?.confirm) continue;
      const words = tool.describe(event.arguments);
      const { text = '', heard = '', sinceMs = 0, isTold = false } = answered ?? {};
      const end = text.indexOf(words) + words.length;
      if (!text.includes(words)) return `${event.name} ran, and "${text}" was asked last`;
      if (heard.length < end) return `${event.name} ran, and only "${heard}" was heard`;
      const tookMs = (firstWordsMs.get(turn) ?? atMs) - sinceMs;
      if (!isTold && tookMs < leastMs(text.slice(0, end))) return `${event.name} ran on words after ${tookMs} ms`;
    }
    return undefined;
  },

  'another agent takes over after the commit, once a turn': ({ log }) => {
    let isCommitted = false;
    let takenOver: number | undefined;
    for (const event of said(log)) {
      if (event.type === 'turn.committed') isCommitted = true;
      if (event.type === 'turn.committed') takenOver = undefined;
      if (event.type === 'turn.taken-back' && event.turn === takenOver)
        return `turn ${event.turn} was handed over and taken back`;
      if (event.type === 'turn.taken-back' || event.type === 'reply.ended') isCommitted = false;
      if (event.type !== 'agent.changed') continue;
      if (!isCommitted) return `${event.agent} took over outside a committed turn`;
      if (takenOver !== undefined) return `${event.agent} took over too, in turn ${event.turn}`;
      takenOver = event.turn;
    }
    return undefined;
  },

  'every tool that started ends, and the model is told of every write': ({ agent, log }) => {
    const open = new Map<string, number>();
    let countWritten = 0;
    for (const event of said(log)) {
      if (event.type !== 'tool.started' && event.type !== 'tool.ended') continue;
      const key = `${event.name} ${JSON.stringify(event.arguments)}`;
      if (event.type === 'tool.started') open.set(key, (open.get(key) ?? 0) + 1);
      else if ((open.get(key) ?? 0) > 0) open.set(key, (open.get(key) ?? 0) - 1);
      const isWrite = agent.tools.find(({ name }) => name === event.name)?.effect === 'write';
      if (event.type === 'tool.ended' && isWrite && !event.speculative) countWritten++;
    }
    const lost = [...open].find(([, count]) => count > 0);
    if (lost !== undefined) return `${lost[0]} started and never ended`;
    const writes = new Set(agent.tools.filter(({ effect }) => effect === 'write').map(({ name }) => name));
    const lastAsked = log.findLastIndex((seen) => seen.kind === 'asked');
    const asked = log[lastAsked];
    if (asked?.kind !== 'asked') return undefined;
    const later = said(log.slice(lastAsked)).filter((event) => event.type === 'tool.ended' && writes.has(event.name));
    const countTold = asked.parts.filter(
      ({ role, text }) => role === 'call' && writes.has(text.split(' ')[0] ?? ''),
    ).length;
    const countDue = countWritten - later.length;
    return countTold === countDue ? undefined : `the model reads of ${countTold} writes, ${countDue} were made`;
  },

  'the transcript keeps what was heard': ({ log }) => {
    const heard: string[] = [];
    /** The wire may tell of it later that less was heard, or more. */
    let last: Said<'reply.ended'> | undefined;
    for (const seen of log) {
      if (seen.kind === 'told' && seen.event.type === 'playback.interrupted' && seen.event.turn === last?.turn) {
        heard.pop();
        heard.push(takeHeard(last.text, seen.event.heard));
      }
      if (seen.kind === 'said' && reopening.has(seen.event.type)) last = undefined;
      if (seen.kind === 'said' && seen.event.type === 'reply.ended') {
        last = seen.event;
        heard.push(last.heard);
      }
      if (seen.kind === 'said' && seen.event.type === 'reply.ended' && !seen.event.text.startsWith(seen.event.heard))
        return `"${seen.event.heard}" was heard of "${seen.event.text}"`;
      if (seen.kind !== 'asked' || !seen.isDraft) continue;
      const read = seen.parts.filter(({ role }) => role === 'say').map(({ text }) => text);
      const due = heard.filter((text) => text !== '').join(' ');
      if (read.join(' ') !== due) return `the model reads "${read.join(' ')}", "${due}" was heard`;
    }
    return undefined;
  },

  'no sound follows a clear': ({ log }) => {
    let isCleared = true;
    let isOver = true;
    for (const event of said(log)) {
      if (event.type === 'audio.started') {
        isCleared = false;
        isOver = false;
      }
      if (event.type === 'audio.delta' && isOver) return `sound of turn ${event.turn} after its reply`;
      if (event.type === 'reply.ended') isOver = true;
      if (event.type !== 'playback.clear' && event.type !== 'audio.delta' && event.type !== 'audio.ended') continue;
      if (isCleared) return `${event.type} of turn ${event.turn} after a clear`;
      isCleared = event.type === 'playback.clear';
    }
    return undefined;
  },

  'a tool that was told to end asks for nothing more': ({ log }) => {
    const late = said(log).find((event) => event.type === 'sound.requested' && event.source === LATE_SOUND);
    return late && 'a tool that was over asked for a sound';
  },

  'nothing outlives the call': ({ log, left }) => {
    const [...ends] = said(log).filter((event) => event.type === 'call.closed');
    if (ends.length !== 1) return `the call closed ${ends.length} times`;
    const { countTimers, countSequences, countLateEvents } = left;
    if (countTimers + countSequences + countLateEvents === 0) return undefined;
    return `${countTimers} timers, ${countSequences} sequences and ${countLateEvents} late events are left`;
  },

  'every committed turn ends, its first words or its apology within the deadline': ({ agent, log }) => {
    let open: { readonly turn: number; readonly atMs: number; isSilent: boolean; pausedMs: number } | undefined;
    let pausedAtMs = 0;
    for (const seen of log) {
      const isHungUp = seen.kind === 'told' && seen.event.type === 'call.ended';
      if (isHungUp && open && seen.atMs - open.atMs >= PATIENCE_MS) return `turn ${open.turn} stayed open`;
      if (seen.kind !== 'said') continue;
      const { atMs, event } = seen;
      if (event.type === 'turn.committed') {
        if (open !== undefined) return `turn ${open.turn} never ended`;
        open = { turn: event.turn, atMs, isSilent: true, pausedMs: 0 };
      }
      if (open === undefined) continue;
      if (event.type === 'reply.paused') pausedAtMs = atMs;
      if (event.type === 'reply.resumed') open.pausedMs += atMs - pausedAtMs;
      const isWords = event.type === 'reply.updated';
      const isEnd = event.type === 'reply.ended' || event.type === 'turn.taken-back';
      if (open.isSilent && (isWords || isEnd)) {
        const tookMs = atMs - open.atMs - open.pausedMs;
        if (isWords && tookMs > agent.replyTimeoutMs) return `turn ${open.turn} was silent for ${tookMs} ms`;
        open.isSilent = false;
      }
      if (isEnd) open = undefined;
    }
    return open === undefined ? undefined : `turn ${open.turn} never ended`;
  },

  ...unanswered,

  'the caller who speaks silences the agent, and the agent goes on after a false interruption': ({ agent, log }) => {
    let paused: number | undefined;
    let pausedMs = 0;
    let resumed: Said<'reply.resumed'> | undefined;
    let soundMs = 0;
    for (const seen of log) {
      const { atMs } = seen;
      if (seen.kind === 'asked') continue;
      if (paused !== undefined && atMs - soundMs > agent.interruption.falseInterruptionTimeoutMs)
        return `turn ${paused} is paused for ever`;
      if (paused !== undefined && atMs - pausedMs > MAX_WAITS * agent.interruption.falseInterruptionTimeoutMs)
        return `turn ${paused} is paused for ${atMs - pausedMs} ms`;
      if (seen.kind === 'told') soundMs = atMs;
      // The wire knows better what was heard.
      if (seen.kind === 'told' && seen.event.type === 'playback.interrupted') resumed = undefined;
      if (seen.kind === 'told') continue;
      const { event } = seen;
      if (event.type === 'reply.paused') soundMs = atMs;
      if (event.type === 'reply.paused') pausedMs = atMs;
      if (event.type === 'reply.paused') paused = event.turn;
      if (event.type === 'reply.ended' && resumed?.turn === event.turn && !event.heard.startsWith(resumed.heard))
        return `"${resumed.heard}" was heard, then only "${event.heard}"`;
      if (event.type === 'reply.ended') resumed = undefined;
      if (event.type === 'reply.resumed') resumed = event;
      if (event.type === 'reply.resumed' && paused !== event.turn) return `turn ${event.turn} resumed without a pause`;
      if (event.type === 'reply.updated' && paused !== undefined)
        return `turn ${event.turn} said "${event.text}" in a pause`;
      if (event.type === 'audio.delta' && paused !== undefined) return `turn ${event.turn} was audible in a pause`;
      if (event.type === 'reply.resumed' || event.type === 'reply.ended' || event.type === 'turn.taken-back')
        paused = undefined;
    }
    return paused === undefined ? undefined : `turn ${paused} is paused for ever`;
  },

  'nothing cuts a reply but what comes from outside': ({ log }) => {
    let text = '';
    for (const seen of log) {
      if (seen.kind === 'told') text = '';
      if (seen.kind !== 'said') continue;
      const { event } = seen;
      if (event.type === 'reply.updated') text = event.text;
      if (event.type === 'reply.ended' && event.interrupted && text !== '') return `"${text}" was cut by nobody`;
      if (event.type === 'reply.ended') text = '';
    }
    return undefined;
  },

  'few reads run followUp, one at a time': ({ log }) => {
    const countOf = new Map<number, number>();
    let running: string | undefined;
    for (const event of said(log)) {
      if (event.type === 'tool.ended' && event.name === running) running = undefined;
      if (event.type !== 'tool.started' || !event.speculative) continue;
      if (running !== undefined) return `${event.name} ran followUp beside ${running}`;
      running = event.name;
      const count = (countOf.get(event.turn) ?? 0) + 1;
      if (count > MAX_SPECULATIONS) return `${count} reads ran followUp in turn ${event.turn}`;
      countOf.set(event.turn, count);
    }
    return undefined;
  },

  'the ledger closes': ({ log }) => {
    for (const event of said(log)) {
      if (event.type !== 'turn.measured') continue;
      const sumUs = Object.values(event.partsUs).reduce((sum, part) => sum + part, 0);
      if (Object.values(event.partsUs).some((part) => part < 0)) return `turn ${event.turn} has a part below 0`;
      if (sumUs !== Math.round(event.totalMs * 1000)) return `turn ${event.turn}: ${sumUs} us of ${event.totalMs} ms`;
    }
    return undefined;
  },
};

/** The first broken promise and how, or undefined. */
export function findBroken(witness: Witness): string | undefined {
  for (const [name, check] of Object.entries(invariants)) {
    const how = check(witness);
    if (how !== undefined) return `${name}: ${how}`;
  }
  return undefined;
}

/** Keys that end a line are no words of it, wherever they stand. */
function toSaid(text: string): string {
  return toWords(text.replaceAll(/[*#]/g, ' '));
}

function isKey(words: string): boolean {
  return /^\d$/.test(words);
}

function isWriteOf(tool: AgentTool, { name }: Said<'tool.ended'>): boolean {
  return tool.effect === 'write' && tool.name === name;
}

function said(log: readonly Seen[]): readonly Emitted[] {
  return log.flatMap((seen) => (seen.kind === 'said' ? [seen.event] : []));
}
