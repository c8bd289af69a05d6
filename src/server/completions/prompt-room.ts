// What a model does not read of a prompt is refused: cut off, an instruction or half a result would be missing without
// a word.
import { RuntimeError } from '../../errors.ts';

/** Throws RuntimeError `prompt-too-long`, which says where, both numbers and the fix. */
export function checkLength(text: string, most: number, where: string, fix: string): void {
  // By characters, not UTF-16 units, as the prompt counts.
  const length = text.length <= most ? text.length : Array.from(text).length;
  if (length > most) throw tooLong(`${where}: ${length} characters, the model reads ${most}: ${fix}`);
}

export function checkCount(count: number, most: number, where: string, fix: string): void {
  if (count > most) throw tooLong(`${where}: ${count}, the model reads ${most}: ${fix}`);
}

function tooLong(message: string): RuntimeError {
  return new RuntimeError('prompt-too-long', message);
}
