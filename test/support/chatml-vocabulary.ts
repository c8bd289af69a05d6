import type { Manifest } from '../../src/engine/manifest.ts';
import { openDialect } from '../../src/engine/prompt/dialects.ts';
import { manifest as own, tokenizerJson as ownJson } from './small-vocabulary.ts';

/** What stands in the places of repartee's own special tokens. */
const contents: Readonly<Record<string, string>> = {
  '<|bos|>': '<|endoftext|>',
  '<|user|>': '<|im_start|>',
  '<|end|>': '<|im_end|>',
  '<|call|>': '<tool_call>',
  '<|tool|>': '</tool_call>',
  '<|think|>': '<think>',
  '<|hand|>': '</think>',
};

/** The tokenizer of a small published model that reads ChatML; without tags, calls are written in tokens of text. */
export function chatmlTokenizerJson(hasTags = true): string {
  const renamed = (content: string) => {
    const found = contents[content] ?? content;
    return hasTags || found.startsWith('<|') ? found : `<|unused ${found.slice(1, -1)}|>`;
  };
  const file = JSON.parse(ownJson);
  const vocab = Object.fromEntries(
    Object.entries<number>(file.model.vocab).map(([token, id]) => [
      /^<\|.+\|>$/.test(token) ? renamed(token) : token,
      id,
    ]),
  );
  const added = file.added_tokens.map((token: { content: string }) => ({ ...token, content: renamed(token.content) }));
  return JSON.stringify({ ...file, added_tokens: added, model: { ...file.model, vocab } });
}

export const chatml = openDialect('chatml', chatmlTokenizerJson());
export const chatmlThought = openDialect('chatml-thought', chatmlTokenizerJson());
export const chatmlWithoutTags = openDialect('chatml', chatmlTokenizerJson(false));
export const chatmlManifest = { ...own, dialect: 'chatml', specials: { mask: own.specials.mask } } satisfies Manifest;
