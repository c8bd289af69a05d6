// JSON as the model has read it: one line, a space after each comma and colon.

/** Like JSON.stringify, with ', ' and ': '. What JSON can't hold becomes null. */
export function toSpacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toSpacedJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null && !('toJSON' in value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined && typeof item !== 'function');
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}: ${toSpacedJson(item)}`).join(', ')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
