// The call that lies in this very file: a page that was saved to be sent to somebody.

import { parseCallFile } from '../trace/format/call-file.ts';
import { summarise } from '../trace/format/summary.ts';
import type { TraceSource } from './source.ts';

export const EMBEDDED_ID = 'this-call';

/** Undefined where the page holds no call. */
export function findEmbeddedSource(): TraceSource | undefined {
  const text = document.getElementById('trace')?.textContent ?? '';
  if (text.trim() === '') return undefined;
  const lines = text.trimStart();
  return {
    list: async () => [summarise(EMBEDDED_ID, parseCallFile(lines))],
    search: async () => [],
    follow(_, { grew, ended }) {
      const timer = setTimeout(() => {
        grew(lines);
        ended();
      });
      return () => clearTimeout(timer);
    },
  };
}
