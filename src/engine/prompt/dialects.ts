// Every dialect by its name in model.json.
import { loadPublishedTokenizer } from '../tokenizer/published-tokenizer.ts';
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer.ts';
import { plainCallSyntax } from './call-syntax.ts';
import { type ChatmlOptions, createChatmlDialect } from './chatml.ts';
import type { Dialect, DialectName } from './dialect.ts';
import { createPrompt } from './prompt.ts';
import { createReparteeMarks } from './repartee.ts';

const openers: Readonly<Record<DialectName, (tokenizerFile: string) => Dialect>> = {
  repartee: (tokenizerFile) => createReparteeDialect(loadTokenizer(tokenizerFile)),
  chatml: openChatml({}),
  'chatml-thought': openChatml({ thought: { within: '\n\n', behind: '\n\n' } }),
  'chatml-closed-thought': openChatml({ thought: { within: '', behind: '' } }),
};

/** `tokenizerFile`: the text of tokenizer.json. Throws ModelError `tokenizer-unusable`. */
export function openDialect(name: DialectName, tokenizerFile: string): Dialect {
  return openers[name](tokenizerFile);
}

/** The dialect of repartee's own models. */
export function createReparteeDialect(tokenizer: Tokenizer): Dialect {
  return {
    tokenizer,
    marks: createReparteeMarks(tokenizer),
    callSyntax: plainCallSyntax(tokenizer),
    createPrompt: (limits) => createPrompt(tokenizer, limits),
  };
}

function openChatml(options: ChatmlOptions) {
  return (tokenizerFile: string) => createChatmlDialect(loadPublishedTokenizer(tokenizerFile), options);
}
