// Reads words of a text and fields of a result.

/** In lower case; what stands within a word, as in `o'clock`, 7:30 or a@b.c, belongs to it. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}_'@.:+&/-]+/gu) ?? [];
}

/** Names and values of a result's JSON, which may be cut off. */
export function fieldsOf(json: string): (readonly [name: string, value: string])[] {
  const field = /"((?:[^"\\]|\\.)*)": (?:"((?:[^"\\]|\\.)*)"|(-?\d[\d.]*))/g;
  return [...json.matchAll(field)].map(([, name = '', text, figure = '']) => [name, text ?? figure]);
}
