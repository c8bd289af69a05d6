// Matches what a recogniser heard with what a list holds: other spellings, other names, small slips.

/** Lower case, without accents, punctuation and doubled spaces. */
export function normalise(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’.]/g, '')
    .replace(/&/g, ' and ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** The entry of a table of names and their other names; `wanted` itself where there is none. */
export function toCanonical(names: Readonly<Record<string, readonly string[]>>, wanted: string): string {
  const key = normalise(wanted);
  const isMeant = (name: string) => normalise(name) === key;
  for (const [name, others] of Object.entries(names)) {
    if (isMeant(name) || others.some(isMeant)) return name;
  }
  return pickClosest(Object.keys(names), (name) => name, wanted) ?? wanted;
}

/** The item whose name is meant: the same, or the only one that contains it, or one with few letters heard wrongly. */
export function pickClosest<T>(items: readonly T[], toName: (item: T) => string, wanted: string): T | undefined {
  const key = normalise(wanted);
  if (key === '') return undefined;
  const named = items.map((item) => ({ item, name: normalise(toName(item)) }));
  const same = named.find(({ name }) => name === key);
  if (same) return same.item;
  const inside = named.filter(({ name }) => ` ${name} `.includes(` ${key} `) || ` ${key} `.includes(` ${name} `));
  if (inside.length > 0) return inside.length === 1 ? inside[0]?.item : undefined;
  const [best] = named
    .map(({ item, name }) => ({ item, slips: countEdits(name, key) / Math.max(name.length, key.length) }))
    .sort((a, b) => a.slips - b.slips);
  return best && best.slips <= MOST_SLIPS ? best.item : undefined;
}

/** Share of letters that may differ: "Hannah Sushi" is Hana Sushi, "Casa Azul" is not Casa Azahar. */
const MOST_SLIPS = 0.2;

function countEdits(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
