// Where one can be, as the fragment of the URL. Names of files and numbers of turns: never anybody's words. Pure.

export type Place =
  | { readonly kind: 'calls' }
  | { readonly kind: 'call'; readonly id: string; readonly turn: number | undefined }
  | { readonly kind: 'percentiles' }
  | { readonly kind: 'compare' };

/** What is not understood is the list. */
export function parsePlace(hash: string): Place {
  const [kind = '', id = '', turn] = hash.replace(/^#\/?/, '').split('/');
  if (kind === 'percentiles' || kind === 'compare') return { kind };
  if (kind !== 'call' || id === '') return { kind: 'calls' };
  const number = Number(turn);
  return {
    kind,
    id: decode(id),
    turn: turn !== undefined && Number.isInteger(number) && number >= 0 ? number : undefined,
  };
}

export const LIST_PLACE = '#/';
export const PERCENTILES_PLACE = '#/percentiles';
export const COMPARE_PLACE = '#/compare';

export function toCallPlace(id: string): string {
  return `#/call/${encodeURIComponent(id)}`;
}

export function toTurnPlace(id: string, turn: number): string {
  return `${toCallPlace(id)}/${turn}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
