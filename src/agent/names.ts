/** `findRestaurants` to `find_restaurants`, `homeURL` to `home_url`: how the model knows a name. */
export function toSnakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

/** Can the model be offered this name? A letter, then letters, digits and _, 64 at most, all lower case. */
export function isModelName(name: string): boolean {
  return /^[a-z][a-z0-9_]{0,63}$/.test(name);
}

/** `party_size` to `party size`. */
export function toWords(name: string): string {
  return name.replaceAll('_', ' ').trim();
}
