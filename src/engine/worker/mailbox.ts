// States of a draft on their way from the engine's thread to whoever reads them.
import type { DraftState } from '../sequence.ts';

export interface Mailbox {
  readonly states: AsyncIterable<DraftState>;
  change(state: DraftState): void;
  end(error: Error | undefined): void;
  /** Nobody wants them any more: what has come and was not read is dropped. */
  cancel(): void;
}

/** Holds one state: a newer one takes the place of one that nobody has read, for it says all that the older said. */
export function createMailbox(): Mailbox {
  let newest: DraftState | undefined;
  let isEnded = false;
  let failure: Error | undefined;
  let wake = () => {};

  async function* read(): AsyncGenerator<DraftState> {
    while (true) {
      const state = newest;
      newest = undefined;
      if (state) yield state;
      else if (failure) throw failure;
      else if (isEnded) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }

  return {
    states: read(),
    change(state) {
      if (isEnded) return;
      newest = state;
      wake();
    },
    end(error) {
      isEnded = true;
      failure = error;
      wake();
    },
    cancel() {
      newest = undefined;
      isEnded = true;
      wake();
    },
  };
}
