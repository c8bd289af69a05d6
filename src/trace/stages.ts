// Where a turn's time can go: the names of the ledger's parts, their order, and what each means.

/** One sentence for each part, in the order in which a turn passes through them. */
const MEANINGS = {
  'stt.lag': 'From the last voiced audio to the recogniser naming its words.',
  endpointing: 'From the last word to the decision that the caller has finished.',
  queue: 'Waiting for the engine while it works for somebody else.',
  prefill: 'Forwards that append tokens to the context, the block that rides along included.',
  denoise: 'Forwards that append nothing: reply positions are filled in or changed.',
  constrain: "Keeping a tool call's arguments within their schema.",
  tool: 'Waiting for a tool of the agent.',
  clause: 'From the first stable word to a clause that is long enough to be spoken.',
  'tts.first': "The first clause's way through text-to-speech to its first audio.",
  wire: 'Hand-overs between threads, and from the reply to the socket.',
  unexplained: 'The rest, so that the parts sum to the total.',
} as const;

/** A part of a turn's time. Tools are named one by one: `tool.find_restaurants`. */
export type Stage = Exclude<keyof typeof MEANINGS, 'tool'> | `tool.${string}`;

/** A part that something can be blamed for. */
export type PaintedStage = Exclude<Stage, 'unexplained'>;

const ORDER: readonly string[] = Object.keys(MEANINGS);
const MEANING_BY_KEY: ReadonlyMap<string, string> = new Map(Object.entries(MEANINGS));

function toKey(stage: string): string {
  return stage.startsWith('tool.') ? 'tool' : stage;
}

/** What the part is, in a sentence; undefined for a name that is no stage. */
export function describeStage(stage: string): string | undefined {
  return stage === 'tool' ? undefined : MEANING_BY_KEY.get(toKey(stage));
}

/** For sorting names: the way of a turn first, then tools by name; unknown names last. */
export function compareStages(a: string, b: string): number {
  const rank = (stage: string) => {
    const index = ORDER.indexOf(toKey(stage));
    return index < 0 ? ORDER.length : index;
  };
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0);
}
