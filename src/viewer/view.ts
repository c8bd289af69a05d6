// What the window shows at a time: one view, which knows its keys and can be left.

import type { Place } from './places.ts';

export interface View {
  readonly element: HTMLElement;
  readonly title: string;
  /** Frees what it holds. */
  close(): void;
  /** Moves within itself; false: the place needs another view. */
  accepts(place: Place): boolean;
  /** True: the key was for this view. */
  keyPressed(key: string): boolean;
}
