// Takes the tools of a setting, gives them as token tries: names, keys and fixed values, in the pieces the model was trained on.
import { EngineError } from '../errors.ts';
import type { NumberRules } from './constrain-number.ts';
import { compileProperties, type Leaf, type Property } from './constrain-schema.ts';
import type { TextRules } from './constrain-text.ts';
import type { ToolSchema } from './sequence.ts';
import type { Tokenizer } from './tokenizer.ts';
import { buildTrie, type TrieNode } from './trie.ts';

/** What follows a fixed piece of a call. */
export type Next =
  | { readonly kind: 'choices'; readonly root: TrieNode<Next> }
  | { readonly kind: 'text'; readonly rules: TextRules; readonly then: TrieNode<Next> }
  | { readonly kind: 'number'; readonly rules: NumberRules; readonly then: TrieNode<Next> }
  | { readonly kind: 'end' };

/** The first choice of a call: a tool's name and its opening brace. */
export type CallTrie = TrieNode<Next>;

/** Throws EngineError for an unsupported schema and for two tools of one name. */
export function compileTools(tools: readonly ToolSchema[], tokenizer: Tokenizer): CallTrie {
  const names = tools.map((tool) => tool.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new EngineError('tool-duplicate', `two tools are called ${twice}: rename one`);
  return buildTrie(
    tools.map((tool) => {
      const tokens = [...tokenizer.encode(` ${tool.name}`), ...tokenizer.encode(' {')];
      return [tokens, { kind: 'choices', root: compileArguments(compileProperties(tool), tokenizer) }] as const;
    }),
  );
}

/** From the last property to the first: what follows a value is the choice among the keys after it. */
function compileArguments(properties: readonly Property[], tokenizer: Tokenizer): TrieNode<Next> {
  let then = closing([], tokenizer);
  const open: (readonly [tokens: readonly number[], value: Next])[][] = [];
  for (const [index, property] of [...properties.entries()].reverse()) {
    const value = toNext(property.leaf, then, tokenizer);
    const key = (separator: string) => tokenizer.encode(`${separator}${JSON.stringify(property.name)}: `);
    // From a required property on, nothing can be skipped.
    if (property.isRequired) open.length = 0;
    open.push([
      [opened(key(''), property.leaf, tokenizer), value],
      [opened(key(', '), property.leaf, tokenizer), value],
    ]);
    const mayClose = !properties.slice(index).some((later) => later.isRequired);
    const column = index === 0 ? 0 : 1;
    const keys = open.flatMap((pair) => pair.slice(column, column + 1));
    then = mayClose ? closing(keys, tokenizer) : buildTrie(keys);
  }
  return then;
}

function closing(keys: readonly (readonly [readonly number[], Next])[], tokenizer: Tokenizer): TrieNode<Next> {
  return buildTrie([...keys, [tokenizer.encode('}'), { kind: 'end' }]]);
}

/** A string's opening quote is as fixed as its key. */
function opened(key: readonly number[], leaf: Leaf, tokenizer: Tokenizer): number[] {
  return leaf.kind === 'text' ? [...key, ...tokenizer.encode('"')] : [...key];
}

function toNext(leaf: Leaf, then: TrieNode<Next>, tokenizer: Tokenizer): Next {
  switch (leaf.kind) {
    case 'text':
    case 'number':
      return leaf.kind === 'text'
        ? { kind: 'text', rules: leaf.rules, then }
        : { kind: 'number', rules: leaf.rules, then };
    case 'choice':
      return {
        kind: 'choices',
        root: buildTrie(
          leaf.texts.map((text) => [valueTokens(text, tokenizer), { kind: 'choices', root: then }] as const),
        ),
      };
  }
}

function valueTokens(text: string, tokenizer: Tokenizer): number[] {
  if (!text.startsWith('"')) return tokenizer.encode(text);
  const quote = tokenizer.encode('"');
  return [...quote, ...tokenizer.encode(text.slice(1, -1)), ...quote];
}
