/** What a JSON text says: `parseJson('[1]')` is [1]. Undefined, which JSON has no word for: it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
