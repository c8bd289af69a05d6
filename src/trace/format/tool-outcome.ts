// A tool's result or error in, what happened in few words out: what a card, a lane and a terminal say before anybody
// looks closer. Pure.

export interface ToolOutcome {
  /** failed: it threw, or took too long. refused: it answered that it would not. none: it found nothing. */
  readonly kind: 'done' | 'none' | 'refused' | 'failed';
  /** "3 results", "refused: taken". */
  readonly text: string;
}

/** How results say that nothing came of it, besides a count of 0. */
const flags = ['ok', 'success', 'succeeded'];
const reasons = ['reason', 'error', 'message'];
const MAX_REASON_LENGTH = 80;

export function describeOutcome(result: unknown, error: string | undefined): ToolOutcome {
  if (error !== undefined) return { kind: 'failed', text: 'failed' };
  if (Array.isArray(result)) return toCount(result.length);
  if (typeof result !== 'object' || result === null)
    return result === undefined || result === null ? { kind: 'none', text: 'no result' } : done;
  const fields = new Map<string, unknown>(Object.entries(result));
  const isDenied = flags.some((name) => fields.get(name) === false) || typeof fields.get('error') === 'string';
  const count = countOf(fields);
  const reason = reasons.map((name) => fields.get(name)).find((text) => typeof text === 'string' && text !== '');
  if (isDenied || (count === 0 && typeof fields.get('reason') === 'string'))
    return { kind: 'refused', text: typeof reason === 'string' ? `refused: ${shorten(reason)}` : 'refused' };
  return count === undefined ? done : toCount(count);
}

const done: ToolOutcome = { kind: 'done', text: 'done' };

function countOf(fields: ReadonlyMap<string, unknown>): number | undefined {
  const [count, results] = [fields.get('count'), fields.get('results')];
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return count;
  return Array.isArray(results) ? results.length : undefined;
}

function toCount(count: number): ToolOutcome {
  if (count === 0) return { kind: 'none', text: 'no results' };
  return { kind: 'done', text: count === 1 ? '1 result' : `${count} results` };
}

function shorten(text: string): string {
  return text.length <= MAX_REASON_LENGTH ? text : `${text.slice(0, MAX_REASON_LENGTH - 1)}…`;
}
