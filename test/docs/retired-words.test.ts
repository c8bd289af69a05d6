import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Words that were ours alone, and what the field calls it. The glossary has the words that stay. */
const retired: readonly (readonly [word: RegExp, instead: string])[] = [
  [/\bspeech\.heard\b/, 'transcript.updated'],
  [/\bplay-?out\w*/i, 'playback'],
  [/\breply\.(grew|written)\b/, 'reply.updated, reply.completed'],
  [/\baudio\.framed\b/, 'audio.delta'],
  [/\bisProtected\b|\binterruption\.protect\b/, 'isUninterruptible, uninterruptible'],
  [/\bstt\.lag\b|\btts\.first\b/, 'stt.delay, tts.ttfb'],
  [/\brepartee\.zero\b|\bzeroMs\b/, 'user_speech_ended'],
  [/\bmouths?\b|\b\w*Mouth\w*\b/i, 'output'],
  [/\bcreateTextEar\b|\bears\//, 'transcript input'],
  [/\b(the|a|whose) floor\b|\bfloor\.(left|overdue)\b/, 'interruption, turn-taking'],
  [/\bcreateSettings\b|\brenderSetting\b|\bSettingOf\b/, 'prompt prefix'],
  [/\b\w*[oO]utlook\b/, 'act probabilities'],
  [/\bleaning\b|\bcreateEcho\b/i, 'copy bias, copy matcher'],
  [/\bcontinueChecked\b|\bCheckedEffort\b/, 'speculative, verify'],
  [/\bopenDesk\b|\bRoster\b/, 'sequence, call agents'],
  [/\bwithWishes\b|\bagent\.wished\b|\bwish-invalid\b/, 'call action'],
  [/\bcreateParking\b|\bParking\b|\bPARKED\w*\b/, 'session resumption'],
  [/\bpartingLine\b|\bparting line\b/, 'goodbye line'],
  [/\bdraftAhead\b|\bkeepAhead\b/, 'follow-up'],
  [/\bbridge line\b|\bbridgeAfterMs\b|\bsay\.thinking\b/, 'filler'],
  [
    /\b(countRetries|countPrompts|countDigits|mayRepeat|surePauseMs|minSoundMs|resumeAfterMs|endKey)\b/,
    'CONTRIBUTING.md',
  ],
  [/\bcontext\.heard\b|\bisHeardOpen\b/, 'transcript'],
  [/effort: 'ar'|effort `ar`/, 'autoregressive'],
];

const OWN = 'test/docs/retired-words.test.ts';
const isKept = (path: string) => /\.(ts|md|html|css|json|yaml)$/.test(path) && path !== OWN;
const folders = ['src', 'bench', 'training', 'test', 'docs', 'agents', 'templates', 'deploy'];
const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md'];
/** What a caller says is no word of ours. */
const isSpoken = (path: string) => path.startsWith('training/synthetic/') || path.startsWith('bench/tasks/scripts/');

it('uses no retired word in code, tests or pages', () => {
  const paths = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...folders, ...pages], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((path) => isKept(path) && !isSpoken(path));
  expect(paths.length).toBeGreaterThan(500);
  const found = paths.flatMap((path) =>
    readFileSync(join(root, path), 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        retired
          .filter(([word]) => word.test(line))
          .map(([word, instead]) => `${path}:${index + 1} ${word.exec(line)?.[0]}: say ${instead}`),
      ),
  );
  expect(found).toEqual([]);
});
