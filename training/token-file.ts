// Takes dialogues as pieces of token ids, gives the bytes of a token file. The format is described in
// models/training/README.md.

import { type Piece, pieceKinds } from './pieces.ts';

export const TOKEN_FILE_MAGIC = 0x4b545052;
export const TOKEN_FILE_VERSION = 3;
const HEADER_WORDS = 8;

export interface TokenFileCounts {
  readonly countDialogues: number;
  readonly countPieces: number;
  readonly countIds: number;
}

export function encodeTokenFile(dialogues: readonly (readonly Piece[])[]): Uint8Array {
  const pieces = dialogues.flat();
  const countIds = pieces.reduce((sum, piece) => sum + piece.ids.length, 0);
  const counts = [dialogues.length, pieces.length, countIds];
  const starts = [
    ...runningSums(dialogues.map((dialogue) => dialogue.length)),
    ...runningSums(pieces.map((piece) => piece.ids.length)),
  ];
  const words = Uint32Array.from([TOKEN_FILE_MAGIC, TOKEN_FILE_VERSION, ...counts, 0, 0, 0, ...starts]);
  const ids = new Uint16Array(countIds);
  let at = 0;
  for (const piece of pieces) {
    ids.set(piece.ids, at);
    at += piece.ids.length;
  }
  const kinds = Uint8Array.from(pieces, (piece) => pieceKinds.indexOf(piece.kind));
  return Buffer.concat([toBytes(words), toBytes(ids), kinds]);
}

/** The inverse of encodeTokenFile. Throws RangeError for other bytes. */
export function decodeTokenFile(bytes: Uint8Array): Piece[][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (index: number) => view.getUint32(index * 4, true);
  if (bytes.byteLength < HEADER_WORDS * 4) throw new RangeError(`${bytes.byteLength} bytes are no token file`);
  if (word(0) !== TOKEN_FILE_MAGIC || word(1) !== TOKEN_FILE_VERSION)
    throw new RangeError(`no token file of version ${TOKEN_FILE_VERSION}`);
  const [countDialogues, countPieces, countIds] = [word(2), word(3), word(4)];
  const pieceStarts = HEADER_WORDS + countDialogues + 1;
  const idsAt = (pieceStarts + countPieces + 1) * 4;
  const sizeBytes = idsAt + countIds * 2 + countPieces;
  if (bytes.byteLength !== sizeBytes) throw new RangeError(`${bytes.byteLength} bytes, but its head says ${sizeBytes}`);
  const pieces = Array.from({ length: countPieces }, (_, piece): Piece => {
    const [start, end] = [word(pieceStarts + piece), word(pieceStarts + piece + 1)];
    const kind = pieceKinds[bytes[idsAt + countIds * 2 + piece] ?? -1];
    if (kind === undefined) throw new RangeError(`piece ${piece} is of no known kind`);
    return { kind, ids: Array.from({ length: end - start }, (_, i) => view.getUint16(idsAt + (start + i) * 2, true)) };
  });
  return Array.from({ length: countDialogues }, (_, dialogue) =>
    pieces.slice(word(HEADER_WORDS + dialogue), word(HEADER_WORDS + dialogue + 1)),
  );
}

function runningSums(lengths: readonly number[]): number[] {
  const sums = [0];
  let sum = 0;
  for (const length of lengths) {
    sum += length;
    sums.push(sum);
  }
  return sums;
}

function toBytes(array: Uint32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
