// Where a turn's time can go: the names of the ledger's parts, their order, what each means, and how long it may take.

interface StageRow {
  /** One sentence. */
  readonly meaning: string;
  /** More than this in one turn is worth a look. */
  readonly budgetMs: number;
}

/** In the order in which a turn passes through them. */
const stageTable = {
  'stt.delay': { meaning: 'From the last voiced audio to the recogniser naming its words.', budgetMs: 150 },
  endpointing: { meaning: 'From the last word to the decision that the caller has finished.', budgetMs: 300 },
  'stt.final': { meaning: 'From the last word to the end of waiting for a final that never came.', budgetMs: 0 },
  'false-interruption': { meaning: 'Keeping silent for a sound of the caller that was no interruption.', budgetMs: 10 },
  network: {
    meaning:
      'From the request to a model over the network until its server took it, failed requests before it included.',
    budgetMs: 100,
  },
  'model.remote': { meaning: 'From then on, until that model had written its words.', budgetMs: 700 },
  queue: { meaning: 'Waiting for the engine while it works for somebody else.', budgetMs: 10 },
  prefill: {
    meaning: 'Forwards that append tokens to the context, the block that rides along included.',
    budgetMs: 40,
  },
  denoise: { meaning: 'Forwards that append nothing: reply positions are filled in or changed.', budgetMs: 60 },
  constrain: { meaning: "Keeping a tool call's arguments within their schema.", budgetMs: 5 },
  tool: { meaning: 'Waiting for a tool of the agent.', budgetMs: 300 },
  clause: { meaning: 'From the first stable word to a clause that is long enough to be spoken.', budgetMs: 30 },
  'tts.ttfb': { meaning: "The first clause's way through text-to-speech to its first audio.", budgetMs: 80 },
  wire: { meaning: 'Hand-overs between threads, and from the reply to the socket.', budgetMs: 3 },
  unexplained: { meaning: 'The rest, so that the parts sum to the total.', budgetMs: 2 },
} as const satisfies Readonly<Record<string, StageRow>>;

/** A part of a turn's time. Tools are named one by one: `tool.find_restaurants`. */
export type Stage = Exclude<keyof typeof stageTable, 'tool'> | `tool.${string}`;

/** A part that something can be blamed for. */
export type PaintedStage = Exclude<Stage, 'unexplained'>;

/** A part that took longer than it may. */
export interface Overrun {
  readonly stage: string;
  readonly tookUs: number;
  readonly budgetUs: number;
}

/** Beside its budget, the rest may be this share of a turn. */
const UNEXPLAINED_SHARE = 0.02;
const stageOrder: readonly string[] = Object.keys(stageTable);
const rowByKey: ReadonlyMap<string, StageRow> = new Map(Object.entries(stageTable));

function toKey(stage: string): string {
  return stage.startsWith('tool.') ? 'tool' : stage;
}

/** What the part is, in a sentence; undefined for a name that is no stage. */
export function describeStage(stage: string): string | undefined {
  return stage === 'tool' ? undefined : rowByKey.get(toKey(stage))?.meaning;
}

/** How long the part may take in a turn of this length; undefined for a name that is no stage. */
export function toBudgetMs(stage: string, totalMs: number): number | undefined {
  const budgetMs = stage === 'tool' ? undefined : rowByKey.get(toKey(stage))?.budgetMs;
  return stage === 'unexplained' ? Math.max(stageTable.unexplained.budgetMs, totalMs * UNEXPLAINED_SHARE) : budgetMs;
}

/** The parts of a turn that took longer than they may, the worst first. */
export function findOverruns(partsUs: Readonly<Record<string, number>>, totalMs: number): readonly Overrun[] {
  return Object.entries(partsUs)
    .map(([stage, tookUs]) => ({ stage, tookUs, budgetUs: Math.round(1000 * (toBudgetMs(stage, totalMs) ?? tookUs)) }))
    .filter(({ tookUs, budgetUs }) => tookUs > budgetUs)
    .sort((a, b) => b.tookUs - b.budgetUs - (a.tookUs - a.budgetUs));
}

/** For sorting names: the way of a turn first, then tools by name; unknown names last. */
export function compareStages(a: string, b: string): number {
  const rank = (stage: string) => {
    const index = stageOrder.indexOf(toKey(stage));
    return index < 0 ? stageOrder.length : index;
  };
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0);
}
