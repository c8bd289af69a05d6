// What was said, called and answered, as the model will read it: pure functions over a list of lines.

/** A decided tool call, arguments in the schema's names. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export type Line =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'say'; readonly text: string }
  | ({ readonly role: 'call' } & ToolCall)
  | { readonly role: 'result'; readonly content: string };

/**
 * Adds the caller's words; words that follow words unanswered become one line, as the model has never seen two in a
 * row.
 */
export function addUser(lines: readonly Line[], text: string): readonly Line[] {
  const last = lines.at(-1);
  if (last?.role !== 'user') return [...lines, { role: 'user', text }];
  return [...lines.slice(0, -1), { role: 'user', text: `${last.text} ${text}` }];
}

export function addSay(lines: readonly Line[], text: string): readonly Line[] {
  return text === '' ? lines : [...lines, { role: 'say', text }];
}

export function addCall(lines: readonly Line[], call: ToolCall, content: string): readonly Line[] {
  return [...lines, { role: 'call', name: call.name, arguments: call.arguments }, { role: 'result', content }];
}

/** Cuts the says from index `from` on to what was heard of them; `heard` is a prefix of those says joined by spaces. */
export function keepHeard(lines: readonly Line[], from: number, heard: string): readonly Line[] {
  const kept: Line[] = lines.slice(0, from);
  let rest = heard;
  for (const line of lines.slice(from)) {
    if (line.role !== 'say') {
      kept.push(line);
      continue;
    }
    const text = rest.slice(0, line.text.length).trimEnd();
    rest = rest.slice(line.text.length).trimStart();
    if (text !== '') kept.push({ role: 'say', text });
  }
  return kept;
}

/** Two says of one reply as one text. */
export function joinSays(first: string, second: string): string {
  return first === '' || second === '' ? first + second : `${first} ${second}`;
}

/** Same tool, same arguments, whatever the order of keys. */
export function isSameCall(a: ToolCall, b: ToolCall): boolean {
  return a.name === b.name && canonical(a.arguments) === canonical(b.arguments);
}

/**
 * The same but for the case of strings: enough where asking twice comes to the same, and too little for what is
 * written.
 */
export function isAlikeCall(a: ToolCall, b: ToolCall): boolean {
  return a.name === b.name && isAlike(a.arguments, b.arguments);
}

export function isAlike(a: unknown, b: unknown): boolean {
  return canonical(a, fold) === canonical(b, fold);
}

/** JSON with sorted keys. */
export function canonical(value: unknown, toText = asIs): string {
  if (typeof value === 'string') return JSON.stringify(toText(value));
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, toText)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry, toText)}`).join(',')}}`;
}

const asIs = (text: string) => text;
const fold = (text: string) => text.trim().toLowerCase();
