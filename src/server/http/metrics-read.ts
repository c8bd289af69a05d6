// Figures that are kept elsewhere, read when somebody asks for /metrics.

import { Counter, Gauge, type Registry } from 'prom-client';

export type ReadFigure = (name: string, help: string, read: () => number) => void;

export function createReadFigures(registry: Registry): { readonly gauge: ReadFigure; readonly counter: ReadFigure } {
  const registers = [registry];
  return {
    gauge(name, help, read) {
      const collect = (): void => one.set(read());
      const one: Gauge = new Gauge({ name, help, registers, collect });
    },
    counter(name, help, read) {
      const collect = (): void => {
        one.reset();
        one.inc(read());
      };
      const one: Counter = new Counter({ name, help, registers, collect });
    },
  };
}
