// A draft's text in, its pieces out: what stood before, what this step fixed, and what is still open. Pure.

export interface Piece {
  readonly text: string;
  readonly kind: 'stood' | 'fixed' | 'open';
}

const openSign = '▁';

/** `fixed` are spans of `text`, `masked` places in it where positions are still open. */
export function toPieces(
  text: string,
  fixed: readonly (readonly [number, number])[],
  masked: readonly number[],
): readonly Piece[] {
  const kinds = Array.from({ length: text.length }, (): Piece['kind'] => 'stood');
  for (const [from, to] of fixed) kinds.fill('fixed', from, to);
  const open = new Map<number, number>();
  for (const at of masked) open.set(at, (open.get(at) ?? 0) + 1);
  const pieces: { text: string; kind: Piece['kind'] }[] = [];
  const add = (piece: string, kind: Piece['kind']) => {
    const last = pieces.at(-1);
    if (last?.kind === kind) last.text += piece;
    else if (piece !== '') pieces.push({ text: piece, kind });
  };
  for (let index = 0; index <= text.length; index++) {
    add(openSign.repeat(open.get(index) ?? 0), 'open');
    const kind = kinds[index];
    if (kind !== undefined) add(text.charAt(index), kind);
  }
  return pieces;
}
