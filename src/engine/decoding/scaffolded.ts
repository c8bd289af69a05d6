// Writes a call's arguments by diffusion: fixed pieces stand, values are masks, and only tokens on a value's best valid path are kept.
import { EngineError } from '../../errors.ts';
import { createPathFinder } from '../constraints/path.ts';
import {
  type Filled,
  layOut,
  type Member,
  type Place,
  type SlotPart,
  type Written,
  write,
} from '../constraints/scaffold.ts';
import type { Scores } from '../forward/pass.ts';
import type { DiffusedEffort } from './efforts.ts';
import { type Decoding, maxTokensOf, type Progress } from './progress.ts';
import { decodeSpeculatively } from './speculative.ts';
import { chooseKept } from './unmask.ts';

/** Positions of a block; a member that needs more has a block of its own. */
const maxBlockTokens = 32;

/** A slot that is being filled. */
interface Filling extends Place {
  readonly fixed: Int32Array;
  readonly path: Int32Array;
  readonly confidences: Float64Array;
}

/** The name is verified token by token; so is what a scaffold can't tell ahead. Gives a turn after each forward. */
export async function* continueScaffolded(
  decoding: Decoding,
  progress: Progress,
  effort: DiffusedEffort,
): AsyncGenerator<void> {
  const { guide } = progress;
  if (!guide.scaffold?.() && !guide.isDone)
    for await (const _ of decodeSpeculatively(decoding, progress, [])) {
      yield;
      if (guide.scaffold?.()) break;
    }
  const scaffold = guide.scaffold?.();
  if (!scaffold) return;
  let countTaken = scaffold.countTaken;
  let isFirst = true;
  for (const members of groupsOf(scaffold.members)) {
    const group = { members, isFirst, countTaken };
    if (!hasRoom(decoding, progress, group)) return yield* checkOn();
    const written: Written[] = yield* fillGroup(decoding, progress, effort, group);
    const rest = written.slice(countTaken);
    if (guide.tokens.length + rest.length >= maxTokensOf(decoding.request, 'call')) return yield* checkOn();
    take(rest);
    countTaken = Math.max(0, countTaken - written.length);
    isFirst &&= written.length === 0;
  }
  take(scaffold.close.map((id) => ({ id, p: 1 })));

  function checkOn(): AsyncGenerator<void> {
    again(decoding, progress);
    return decodeSpeculatively(decoding, progress, []);
  }

  function take(written: readonly Written[]): void {
    for (const { id, p } of written) {
      guide.take(id, p);
      progress.pending.push(id);
      progress.confidence = Math.min(progress.confidence, p);
    }
  }
}

/** Lists in lists, laid out with all their items, may be longer than the context is. */
function hasRoom({ where, manifest }: Decoding, { pending }: Progress, group: Group): boolean {
  const { ids } = layOut(group.members, group.isFirst, manifest.specials.mask);
  return where.kv.length + pending.length + ids.length - group.countTaken <= manifest.contextTokens;
}

/** One block: its slots are filled in a few steps. Gives what it comes to in the call. */
async function* fillGroup(
  { runPass, where, manifest, deadline }: Decoding,
  progress: Progress,
  effort: DiffusedEffort,
  group: Group,
): AsyncGenerator<void, Written[]> {
  const { specials } = manifest;
  const { ids, places } = layOut(group.members, group.isFirst, specials.mask);
  const visible = ids.slice(group.countTaken);
  const fillings = places.map(toFilling);
  const finder = createPathFinder(specials.null);
  for (let step = 0; fillings.some(isOpen); step++) {
    const { pending } = progress;
    const open = fillings.flatMap((filling) =>
      [...filling.fixed.keys()].filter((index) => isMasked(filling, index)).map((index) => ({ filling, index })),
    );
    const blockIds = visible.slice();
    for (const { start, fixed } of fillings)
      for (const [index, id] of fixed.entries()) if (id >= 0) blockIds[start + index - group.countTaken] = id;
    const scores = await runPass(where, {
      causal: pending,
      rows: open.map(({ filling, index }) => pending.length + filling.start + index - group.countTaken),
      blocks: [{ ids: blockIds, countSeen: pending.length }],
      wantsRows: true,
      stage: 'denoise',
    });
    scores.keep(pending.length);
    progress.pending = [];
    const isLast = step + 1 >= effort.maxSteps || !deadline.hasTimeFor(blockIds.length, where.kv.length);
    where.meter.constrain(() => keepSome(scores, open, isLast));
    yield;
  }
  const filled = new Map<SlotPart, Filled>(
    fillings.map(({ part, fixed, confidences }) => [part, { tokens: fixed, p: Math.min(...confidences) }]),
  );
  const empty: Filled = { tokens: [], p: 1 };
  return write(group.members, group.isFirst, (part) => filled.get(part) ?? empty, specials.null);

  /** Each slot's best path, and of that the positions that the policy keeps. */
  function keepSome(scores: Scores, open: readonly { filling: Filling; index: number }[], isLast: boolean): void {
    for (const filling of fillings.filter(isOpen)) {
      const rows = Array.from(filling.fixed, (_, index) => {
        const row = open.findIndex((one) => one.filling === filling && one.index === index);
        return row < 0 ? noRow : scores.all(row);
      });
      const { slot } = filling.part;
      const { fixed, path, mayBeEmpty } = filling;
      if (!finder.find({ slot, rows, fixed, mayBeEmpty }, path))
        throw new EngineError('constraint-stuck', `no value fits ${path.length} positions`);
    }
    const guesses = open.map(({ filling, index }, row) => ({
      slot: filling.start + index,
      confidence: Math.exp(scores.all(row)[filling.path[index] ?? specials.null] ?? Number.NEGATIVE_INFINITY),
      entropy: scores.entropy(row),
    }));
    const kept = isLast ? guesses.keys() : chooseKept(effort.policy, guesses);
    for (const row of kept) {
      const one = open[row];
      if (!one) continue;
      one.filling.fixed[one.index] = one.filling.path[one.index] ?? specials.null;
      one.filling.confidences[one.index] = guesses[row]?.confidence ?? 0;
    }
  }
}

/** Stands for a position that is decided: whatever its score, it is the same for all paths. */
const noRow = new Float32Array();

function toFilling(place: Place): Filling {
  const { countPositions } = place.part;
  return {
    ...place,
    fixed: new Int32Array(countPositions).fill(-1),
    path: new Int32Array(countPositions),
    confidences: new Float64Array(countPositions).fill(1),
  };
}

function isMasked({ fixed }: Filling, index: number): boolean {
  return (fixed[index] ?? 0) < 0;
}

function isOpen({ fixed }: Filling): boolean {
  return fixed.includes(-1);
}

interface Group {
  readonly members: readonly Member[];
  /** Nothing of the object stands before it. */
  readonly isFirst: boolean;
  /** Tokens of the group that stand already. */
  readonly countTaken: number;
}

/** As many members together as a block holds, at least one. */
function groupsOf(members: readonly Member[]): (readonly Member[])[] {
  const groups: Member[][] = [];
  for (const member of members) {
    const group = groups.at(-1);
    const isRoom = group && layOut([...group, member], true, 0).ids.length <= maxBlockTokens;
    if (isRoom) group.push(member);
    else groups.push([member]);
  }
  return groups;
}

/** For a forward there must be a token that the KV lacks. */
function again({ where: { kv } }: Decoding, progress: Progress): void {
  const last = progress.guide.tokens.at(-1);
  if (progress.pending.length > 0 || last === undefined) return;
  kv.rewind(kv.length - 1);
  progress.pending = [last];
}
