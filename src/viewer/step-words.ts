// A draft's text in, its pieces out: what stood before, and what this step fixed. Pure.

export interface Piece {
  readonly text: string;
  readonly kind: 'stood' | 'fixed';
}

/** `fixed` are spans of `text`. */
export function toPieces(text: string, fixed: readonly (readonly [number, number])[]): readonly Piece[] {
  const kinds = Array.from({ length: text.length }, (): Piece['kind'] => 'stood');
  for (const [from, to] of fixed) kinds.fill('fixed', from, to);
  const pieces: { text: string; kind: Piece['kind'] }[] = [];
  for (const [index, kind] of kinds.entries()) {
    const last = pieces.at(-1);
    if (last?.kind === kind) last.text += text.charAt(index);
    else pieces.push({ text: text.charAt(index), kind });
  }
  return pieces;
}
