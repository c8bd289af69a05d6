// A storm as a call file: its seed in the header, what the call was told in the lines.

import { isCallerEvent } from '../../src/events/vocabulary.ts';
import {
  createCallWriter,
  parseCallFile,
  type RecordedEvent,
  type UnstampedEvent,
} from '../../src/trace/format/call-file.ts';
import type { Storm } from './storm.ts';
import type { Told } from './witness.ts';

export function writeStorm({ seed, steps }: Storm): string {
  let text = '';
  const writer = createCallWriter({ agent: 'storm', seed }, (line) => {
    text += line;
  });
  for (const { atMs, event } of steps)
    writer.append(event.type === 'action.requested' ? { type: 'machine.told', event } : event, atMs);
  return text;
}

/** Throws for a file that is damaged or holds anything but a storm. */
export function readStorm(text: string): Storm {
  const file = parseCallFile(text);
  if (file.state === 'damaged') throw new Error(`line ${file.line} ${file.problem}`);
  return { seed: file.header.seed ?? 0, steps: file.events.map(toStep) };
}

function toStep({ atMs, ...event }: RecordedEvent): Storm['steps'][number] {
  const told = toTold(event);
  if (told === undefined)
    throw new Error(`a storm has no event ${event.type}: it holds what a call is told, and no more`);
  return { atMs, event: told };
}

/** What a call was told from outside; undefined: the line says something else. */
export function toTold(event: UnstampedEvent): Told | undefined {
  if (isCallerEvent(event)) return event;
  return event.type === 'machine.told' && event.event.type === 'action.requested' ? event.event : undefined;
}
