// How likely a fixed piece of a call is to come next, beside others: a tool, a key, a listed value, what closes. Text
// in, weights out. Knows no token.

import type { CallSources } from './call-sources.ts';
import { type OpenCall, toolNameIn } from './open-call.ts';

/** Set by search on 200 recorded calls (decisions/044). */
const weights = {
  draft: 40,
  none: 2.7,
  mention: 8,
  keyAfterSameKeys: 9.3,
  keyMention: 3,
  close: 1.9,
  toolMention: 6.6,
  toolWords: 1.8,
  sameTool: 0.12,
};
const AGE = 0.7;

/** `piece` would follow `text`, which is `call` so far. */
export function weighPiece(piece: string, text: string, call: OpenCall, sources: CallSources): number {
  if (call.tool === undefined) return weighTool(toolNameIn(text + piece), sources);
  // Within a key.
  if (call.key === undefined) return weighKey(call.isText ? `"${call.value}${piece}` : piece, call, sources);
  if (call.isText && piece === '"') return 1;
  if (!call.isText && /^(?:, |[}\]])/.test(piece)) return weighKey(piece, call, sources);
  return weighValue(call, unquote(call.value + piece), sources);
}

function weighTool(name: string, sources: CallSources): number {
  let weight = weights.none + weights.toolMention * sources.mentions(name);
  let age = 1;
  for (const { tool, isDraft } of sources.calls) {
    if (tool === name) weight += (isDraft ? weights.draft : weights.sameTool) * age;
    age *= AGE;
  }
  const words = name.split(/[_\s]/);
  const countSaid = words.filter((word) => word.length > 2 && sources.mentions(word) > 0).length;
  return weight + (weights.toolWords * countSaid) / words.length;
}

function weighValue(call: OpenCall, value: string, sources: CallSources): number {
  const known = sources.valuesOf({ ...call, value: '' }).find(({ text }) => text === value)?.weight ?? 0;
  return weights.none + known + weights.mention * sources.mentions(value);
}

/** By what came after the same keys in earlier calls, and by whether the caller spoke of it. */
function weighKey(piece: string, call: OpenCall, sources: CallSources): number {
  const [, key, value = ''] = /"([^"]*)": (.*)$/s.exec(piece) ?? [];
  const written = [...call.done.map(([name]) => name), ...(call.key === undefined ? [] : [call.key])];
  let weight = 0;
  let age = 1;
  for (const other of sources.calls) {
    const names = other.done.map(([name]) => name);
    const next = names[names.findLastIndex((name) => written.includes(name)) + 1];
    if (other.tool === call.tool && next === key)
      weight += (other.isDraft ? weights.draft : weights.keyAfterSameKeys) * age;
    age *= AGE;
  }
  if (key === undefined) return weight + weights.close;
  // A listed value comes with its key as one piece.
  const isOpen = value === '' || value === '"';
  const own = isOpen ? 1 : weighValue({ ...call, key }, unquote(value), sources) / weights.mention;
  const mentioned = sources.mentions(key) > 0 ? weights.keyMention : 1;
  return weight * Math.min(1, own) + own * mentioned;
}

function unquote(text: string): string {
  return text.replaceAll(/^"|"$/g, '');
}
