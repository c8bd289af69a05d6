// A tool call: a name among those offered and arguments that parse and validate, whatever the model prefers. Knows no model.
import { EngineError } from '../errors.ts';
import { canEndNumber, type NumberRules, nextCharacters } from './constrain-number.ts';
import { startState, type TextRules, type TextTable } from './constrain-text.ts';
import type { CallTrie, Next } from './constrain-tools.ts';
import type { Choice, Guide } from './guide.ts';
import type { Scores } from './pass.ts';
import type { Tokenizer } from './tokenizer.ts';
import type { TrieNode } from './trie.ts';

export interface CallOptions {
  readonly tools: CallTrie;
  readonly text: TextTable;
  readonly tokenizer: Tokenizer;
  /** From here on the call is brought to an end: values close, optional ones are left out. It may still grow by what its schema requires. */
  readonly maxTokens: number;
  readonly isBlank: (id: number) => boolean;
}

interface TextState {
  readonly kind: 'text';
  readonly rules: TextRules;
  readonly then: TrieNode<Next>;
  /** Of the text table. */
  readonly state: number;
  readonly countCharacters: number;
  readonly countTokens: number;
}

interface NumberState {
  readonly kind: 'number';
  readonly rules: NumberRules;
  readonly then: TrieNode<Next>;
  readonly prefix: string;
}

type State =
  | { readonly kind: 'choices'; readonly node: TrieNode<Next> }
  | TextState
  | NumberState
  | { readonly kind: 'end' };

/** A value longer than this is closed. */
const maxTextTokens = 48;

export function createCall(options: CallOptions): Guide {
  const { text, tokenizer, maxTokens } = options;
  const quote = single(tokenizer, '"');
  const brace = single(tokenizer, '}');
  const numerals = new Map(Array.from('-.0123456789', (character) => [character, single(tokenizer, character)]));
  const tokens: number[] = [];
  let state: State = { kind: 'choices', node: options.tools };
  /** What may come next, where that is few: inside a text it is most of the vocabulary. */
  let few: readonly number[] | undefined = listFew();

  function isLate(): boolean {
    return tokens.length >= maxTokens;
  }

  function listFew(): readonly number[] | undefined {
    switch (state.kind) {
      case 'choices':
        return listChoices(state.node);
      case 'text':
        return canClose(state) && mustClose(state) ? [quote] : undefined;
      case 'number':
        return listNumber(state);
      case 'end':
        return [];
    }
  }

  /** Where a sequence may end and another go on (1 and 10), what follows the shorter is a choice as well. */
  function listChoices(node: TrieNode<Next>): number[] {
    const ids = [...node.children.keys()];
    if (node.value?.kind === 'choices') ids.push(...listChoices(node.value.root));
    return isLate() && ids.includes(brace) ? [brace] : ids;
  }

  function listNumber(at: NumberState): number[] {
    const canEnd = canEndNumber(at.rules, at.prefix);
    const after = canEnd ? listChoices(at.then) : [];
    if (canEnd && isLate()) return after;
    return [...nextCharacters(at.rules, at.prefix).flatMap((character) => numerals.get(character) ?? []), ...after];
  }

  function canClose({ rules, state: inside, countCharacters }: TextState): boolean {
    return text.isPlain(inside) && countCharacters >= rules.minCharacters;
  }

  function mustClose({ rules, countCharacters, countTokens }: TextState): boolean {
    return isLate() || countTokens >= maxTextTokens || countCharacters >= rules.maxCharacters;
  }

  /** Allocates nothing. */
  function mayFollow(inside: TextState, id: number): boolean {
    if (id === quote && text.isPlain(inside.state)) return canClose(inside);
    const next = text.next(inside.state, id);
    if (next < 0) return false;
    const countMore = text.countCharacters(inside.state, id);
    if (inside.countCharacters + countMore > inside.rules.maxCharacters) return false;
    // Once it must close, nothing new is begun that this token does not finish.
    if (mustClose(inside) && !text.isPlain(inside.state) && !text.isPlain(next) && countMore > 0) return false;
    return inside.countCharacters > 0 || !options.isBlank(id);
  }

  function isLegal(id: number): boolean {
    return state.kind === 'text' && few === undefined ? mayFollow(state, id) : (few?.includes(id) ?? false);
  }

  function follow(next: Next): State {
    switch (next.kind) {
      case 'choices':
        return { kind: 'choices', node: next.root };
      case 'text':
        return { ...next, state: startState, countCharacters: 0, countTokens: 0 };
      case 'number':
        return { ...next, prefix: '' };
      case 'end':
        return next;
    }
  }

  /** A piece with nothing after it but one way on has ended. */
  function choose(node: TrieNode<Next>, id: number): State {
    const child = node.children.get(id);
    if (child) return child.children.size === 0 && child.value ? follow(child.value) : { kind: 'choices', node: child };
    if (node.value?.kind === 'choices') return choose(node.value.root, id);
    throw illegal(id);
  }

  function advance(at: Exclude<State, { kind: 'end' }>, id: number): State {
    switch (at.kind) {
      case 'choices':
        return choose(at.node, id);
      case 'text': {
        if (id === quote && text.isPlain(at.state)) return { kind: 'choices', node: at.then };
        const countCharacters = at.countCharacters + text.countCharacters(at.state, id);
        return { ...at, state: text.next(at.state, id), countCharacters, countTokens: at.countTokens + 1 };
      }
      case 'number': {
        const character = tokenizer.decode([id]);
        const prefix = at.prefix + character;
        return numerals.get(character) === id && nextCharacters(at.rules, at.prefix).includes(character)
          ? { ...at, prefix }
          : choose(at.then, id);
      }
    }
  }

  function illegal(id: number): EngineError {
    const written = JSON.stringify(tokenizer.decode(tokens));
    return new EngineError('constraint-broken', `token ${id} may not follow ${written}`);
  }

  return {
    tokens,
    needsRows: true,
    isTruncated: false,
    get isDone() {
      return state.kind === 'end';
    },
    get countStable() {
      return tokens.length;
    },

    forced: () => (few?.length === 1 ? few[0] : undefined),

    choose(scores, row): Choice {
      const logP = scores.all(row);
      if (state.kind === 'text' && few === undefined) return chooseText(state, logP);
      const [first, ...others] = few ?? [];
      if (first === undefined) throw stuck();
      const id = others.reduce((best, other) => (at(logP, other) > at(logP, best) ? other : best), first);
      return { id, p: shareOf(logP, id, [first, ...others]) };
    },

    share(scores: Scores, row: number, id: number) {
      if (!isLegal(id)) return 0;
      return few ? shareOf(scores.all(row), id, few) : scores.pTarget(row);
    },

    take(id) {
      if (state.kind === 'end' || !isLegal(id)) throw illegal(id);
      state = advance(state, id);
      tokens.push(id);
      few = listFew();
      return true;
    },
  };

  /** Nearly all of the vocabulary may come, so a token's share is its probability. */
  function chooseText(inside: TextState, logP: Float32Array): Choice {
    let id = -1;
    let highest = Number.NEGATIVE_INFINITY;
    for (let candidate = 0; candidate < text.countTokens; candidate++) {
      const value = at(logP, candidate);
      if (value <= highest || !mayFollow(inside, candidate)) continue;
      highest = value;
      id = candidate;
    }
    if (id < 0) throw stuck();
    return { id, p: Math.exp(highest) };
  }

  function stuck(): EngineError {
    return new EngineError('constraint-stuck', `nothing may follow ${JSON.stringify(tokenizer.decode(tokens))}`);
  }
}

function shareOf(logP: Float32Array, id: number, legal: readonly number[]): number {
  let sum = 0;
  for (const other of legal) sum += Math.exp(at(logP, other) - at(logP, id));
  return 1 / sum;
}

function at(logP: Float32Array, id: number): number {
  return logP[id] ?? Number.NEGATIVE_INFINITY;
}

function single(tokenizer: Tokenizer, character: string): number {
  const [id, ...others] = tokenizer.encode(character);
  if (id === undefined || others.length > 0)
    throw new EngineError('tokenizer-unsuitable', `the vocabulary has no token for ${JSON.stringify(character)}`);
  return id;
}
