// A storm as a call file: its seed in the header, its caller's events in the lines.

import { createCallWriter, parseCallFile, type RecordedEvent } from '../../src/trace/call-file.ts';
import type { Storm } from './storm.ts';

export function writeStorm({ seed, steps }: Storm): string {
  let text = '';
  const writer = createCallWriter({ agent: 'storm', seed }, (line) => {
    text += line;
  });
  for (const { atMs, event } of steps) writer.append(event, atMs);
  return text;
}

export function readStorm(text: string): Storm {
  const file = parseCallFile(text);
  if (file.state === 'damaged') throw new Error(`line ${file.line} ${file.problem}`);
  return { seed: file.header.seed ?? 0, steps: file.events.flatMap(toStep) };
}

function toStep(recorded: RecordedEvent): Storm['steps'] {
  const { atMs, ...event } = recorded;
  switch (event.type) {
    case 'speech.started':
    case 'speech.stopped':
    case 'speech.heard':
      return [{ atMs, event }];
    default:
      return [];
  }
}
