// ChatML, as published models read dialogues: `<|im_start|>role`, a text, `<|im_end|>`. Calls are JSON between
// `<tool_call>` and `</tool_call>`, results stand in a turn of the user's. Source: the chat template of
// Qwen/Qwen2.5-7B-Instruct and Qwen3 (Apache-2.0), which Hermes models share.

import { isRecord } from '../../base/is-record.ts';
import { parseJson } from '../../base/parse-json.ts';
import { endsWith, type Marks, openingOf, type Turn } from '../marks.ts';
import type { PublishedTokenizer } from '../tokenizer/tokenizer.ts';
import { unusable } from '../tokenizer/tokenizer-file.ts';
import type { CallSyntax } from './call-syntax.ts';
import type { Dialect } from './dialect.ts';
import { cut, type PromptLimits } from './limits.ts';
import { type Call, inSchemaOrder, type Message, type Prompt, type PromptTool } from './prompt.ts';
import { remembered } from './remembered.ts';
import { toSpacedJson } from './spaced-json.ts';

const TURN_START = '<|im_start|>';
const TURN_END = '<|im_end|>';
const [CALL_START, CALL_END] = ['<tool_call>', '</tool_call>'];
const [RESULT_START, RESULT_END] = ['<tool_response>', '</tool_response>'];

export interface ChatmlOptions {
  /** What stands within and behind the empty thought that a reply opens with. @default none is there */
  readonly thought?: { readonly within: string; readonly behind: string };
}

/** The pieces that a template is made of, as tokens. */
function createPieces(tokenizer: PublishedTokenizer, { thought }: ChatmlOptions) {
  const special = (content: string): number => {
    const id = tokenizer.added.get(content);
    if (id === undefined) throw unusable(`it has no ${content}, by which dialogues of this model are written`);
    return id;
  };
  /** A tag is one token where the model has it so. */
  const tag = (content: string): readonly number[] => {
    const id = tokenizer.added.get(content);
    return id === undefined ? tokenizer.encode(content) : [id];
  };
  const [start, end] = [special(TURN_START), special(TURN_END)];
  const turn = (role: string) => [start, ...tokenizer.encode(`${role}\n`)];
  const thoughtOf = ({ within, behind }: NonNullable<ChatmlOptions['thought']>) => [
    ...tag('<think>'),
    ...tokenizer.encode(within),
    ...tag('</think>'),
    ...tokenizer.encode(behind),
  ];
  const [user, assistant] = [turn('user'), turn('assistant')];
  const callStart = [...tag(CALL_START), ...tokenizer.encode('\n{"name":')];
  return {
    start,
    end,
    closing: [end, ...tokenizer.encode('\n')],
    system: turn('system'),
    user,
    assistant,
    thought: thought ? thoughtOf(thought) : [],
    callStart,
    /** A turn up to where its call's name or its result comes. */
    callHead: [...assistant, ...callStart],
    resultHead: [...user, ...tag(RESULT_START), ...tokenizer.encode('\n')],
    callEnd: [...tokenizer.encode('}\n'), ...tag(CALL_END)],
    resultEnd: [...tokenizer.encode('\n'), ...tag(RESULT_END)],
    tag,
  };
}

type Pieces = ReturnType<typeof createPieces>;

/** A dialogue as a published model reads it. Throws ModelError `tokenizer-unusable`. */
export function createChatmlDialect(tokenizer: PublishedTokenizer, options: ChatmlOptions): Dialect {
  const pieces = createPieces(tokenizer, options);
  const marks = createMarks(tokenizer, pieces);
  /** `"name", "arguments": {…}` behind the opening, then what closes it. */
  const callSyntax: CallSyntax = {
    before: (name) => tokenizer.encode(` ${JSON.stringify(name)}, "arguments":`),
    after: pieces.callEnd,
  };
  return {
    tokenizer,
    marks,
    callSyntax,
    createPrompt: (limits) => createChatmlPrompt(tokenizer, limits, pieces, marks, callSyntax),
  };
}

function createMarks(tokenizer: PublishedTokenizer, pieces: Pieces): Marks {
  const specials = new Set(tokenizer.added.values());
  const [call = pieces.end] = pieces.callStart;

  /** Where turns begin, and what follows their `<|im_start|>`. */
  function turnsOf(context: readonly number[]) {
    const starts = context.flatMap((id, index) => (id === pieces.start ? [index] : []));
    return starts.map((start, index) => ({ start, ids: context.slice(start, starts[index + 1] ?? context.length) }));
  }

  const begins = (ids: readonly number[], head: readonly number[]) => head.every((id, index) => ids[index] === id);
  const isResult = (ids: readonly number[]) => begins(ids, pieces.resultHead);
  const isCaller = (ids: readonly number[]) => begins(ids, pieces.user) && !isResult(ids);

  function readTurn(ids: readonly number[]): Turn | undefined {
    const end = ids.indexOf(pieces.end);
    const whole = end < 0 ? ids : ids.slice(0, end);
    const text = (head: readonly number[], tail: readonly number[] = []) =>
      tokenizer.decode(whole.slice(head.length, endsWith(whole, tail) ? whole.length - tail.length : whole.length));
    if (isResult(whole)) return { role: 'result', text: text(pieces.resultHead, pieces.resultEnd) };
    if (begins(whole, pieces.user)) return { role: 'user', text: text(pieces.user) };
    if (!begins(whole, pieces.assistant)) return undefined;
    if (begins(whole, pieces.callHead)) return { role: 'call', text: text(pieces.callHead) };
    return { role: 'say', text: text(pieces.assistant) };
  }

  return {
    openings: { say: [], call: pieces.callStart, wait: undefined },
    end: pieces.end,
    watched: { say: pieces.end, call, wait: pieces.end, end: pieces.end, user: pieces.start },
    callFollows: 'in-place-of-end',
    asking: [...pieces.closing, ...pieces.assistant, ...pieces.thought],
    isSpecial: (id) => specials.has(id),
    isOfCall: (id) => pieces.callEnd.includes(id),
    callerTurns: (context) => turnsOf(context).flatMap(({ start, ids }) => (isCaller(ids) ? [start] : [])),
    readTurns: (context) => turnsOf(context).flatMap(({ ids }) => readTurn(ids) ?? []),
  };
}

function createChatmlPrompt(
  tokenizer: PublishedTokenizer,
  limits: PromptLimits,
  pieces: Pieces,
  marks: Marks,
  syntax: CallSyntax,
): Prompt {
  function render(message: Message, tools: readonly PromptTool[]): readonly number[] {
    switch (message.role) {
      case 'user':
        return [...pieces.user, ...tokenizer.encode(message.text), ...(message.isOpen ? [] : pieces.closing)];
      case 'say':
        return [...pieces.assistant, ...tokenizer.encode(message.text), ...pieces.closing];
      case 'call': {
        const tool = tools.find(({ name }) => name === message.name);
        const json = ` ${toSpacedJson(inSchemaOrder(message.arguments, tool))}`;
        const written = [...syntax.before(message.name), ...tokenizer.encode(json), ...syntax.after];
        return [...pieces.callHead, ...written, ...pieces.closing];
      }
      case 'result': {
        const content = tokenizer.encode(cut(message.content, limits.maxResultLength));
        return [...pieces.resultHead, ...content, ...pieces.resultEnd, ...pieces.closing];
      }
    }
  }

  const known = remembered(render);

  return {
    limits,
    renderPrefix({ instructions = '', tools, hasDescriptions = true }) {
      const said = cut(instructions, limits.maxInstructionsLength);
      const offered = tools.slice(0, limits.maxTools);
      if (said === '' && offered.length === 0) return [];
      const text = tokenizer.encode(offered.length === 0 ? said : `${said === '' ? '' : `${said}\n\n`}${BEFORE_TOOLS}`);
      const listed = offered.flatMap((tool) => tokenizer.encode(`\n${describe(tool, hasDescriptions, limits)}`));
      const explained = offered.length === 0 ? [] : [...listed, ...afterTools()];
      return [...pieces.system, ...text, ...explained, ...pieces.closing];
    },
    renderMessages(messages, tools) {
      const ids = messages.flatMap((message) => known(message, tools));
      const last = messages.at(-1);
      if (last === undefined || (last.role === 'user' && last.isOpen)) return ids;
      return [...ids, ...pieces.assistant, ...pieces.thought];
    },
    opening: (act) => openingOf(act, marks),
    parseCall: parseChatmlCall,
  };

  function afterTools(): readonly number[] {
    return [
      ...tokenizer.encode(
        '\n</tools>\n\nFor each function call, return a json object with function name and arguments within ',
      ),
      ...pieces.tag(CALL_START),
      ...pieces.tag(CALL_END),
      ...tokenizer.encode(' XML tags:\n'),
      ...pieces.tag(CALL_START),
      ...tokenizer.encode('\n{"name": <function-name>, "arguments": <args-json-object>}\n'),
      ...pieces.tag(CALL_END),
    ];
  }
}

/** The words of the template: models were trained on these and no others. */
const BEFORE_TOOLS =
  '# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with function signatures within <tools></tools> XML tags:\n<tools>';

function describe(
  { name, description, parameters }: PromptTool,
  hasDescriptions: boolean,
  limits: PromptLimits,
): string {
  const about = hasDescriptions && description ? { description: cut(description, limits.maxDescriptionLength) } : {};
  return toSpacedJson({ type: 'function', function: { name, ...about, parameters } });
}

/** ` "name", "arguments": {…}}`, its tags left out as special tokens are; undefined for anything else. */
function parseChatmlCall(text: string): Call | undefined {
  const written = text.replace(/<\/tool_call>\s*$/, '').trim();
  const value = parseJson(`{"name": ${written}`);
  if (!isRecord(value) || typeof value.name !== 'string' || !isRecord(value.arguments)) return undefined;
  return { name: value.name, arguments: value.arguments };
}
