// Figures of the process: processor, memory, garbage collection, lag of the event loop.

import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | undefined;

/**
 * One for all servers of a process, for what watches its event loop and its garbage collection can't be stopped again.
 */
export function processRegistry(): Registry {
  if (registry === undefined) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
