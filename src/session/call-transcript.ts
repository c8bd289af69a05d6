// The transcript as an agent's code reads it: the conversation's lines in, one line for what was said and one for each
// tool out.

import type { TranscriptLine } from '../agent/call-context.ts';
import type { Line } from '../conversation/transcript.ts';
import { unreachable } from '../errors.ts';

export function toTranscript(lines: readonly Line[]): readonly TranscriptLine[] {
  return lines.flatMap((line, index): TranscriptLine[] => {
    switch (line.role) {
      case 'user':
        return [{ role: 'user', text: line.text }];
      case 'say':
        return [{ role: 'agent', text: line.text }];
      case 'call': {
        const next = lines[index + 1];
        const result: unknown = next?.role === 'result' ? JSON.parse(next.content) : undefined;
        return [{ role: 'tool', name: line.name, arguments: line.arguments, result }];
      }
      case 'result':
        return [];
      default:
        return unreachable(line);
    }
  });
}
