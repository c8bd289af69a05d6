// Takes instructions, tools and messages, gives the token ids the model was trained on: the only chat template there
// is. Knows no conversation rules.

import { LETTERS, toWords } from '../../base/words.ts';
import { openingOf } from '../marks.ts';
import type { Act } from '../sequence.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { specials } from '../tokenizer/tokenizer-file.ts';
import { cut, defaultPromptLimits, type PromptLimits } from './limits.ts';
import { remembered } from './remembered.ts';
import { createReparteeMarks } from './repartee.ts';
import { toSpacedJson } from './spaced-json.ts';

const notInWords = new RegExp(`[^${LETTERS}_' ]`, 'gu');

/** A tool as the model reads it; `parameters` is a JSON Schema of type object. */
export interface PromptTool {
  readonly name: string;
  readonly description?: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Is its call read back, and run on a yes? @default false */
  readonly confirm?: boolean;
}

export type Message =
  /** `isOpen`: the turn goes on, so no <end> follows. */
  | { readonly role: 'user'; readonly text: string; readonly isOpen?: true }
  | { readonly role: 'say'; readonly text: string }
  | { readonly role: 'call'; readonly name: string; readonly arguments: Readonly<Record<string, unknown>> }
  /** `content`: a line of JSON, spaced as toSpacedJson does. */
  | { readonly role: 'result'; readonly content: string };

export interface Call {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface PromptContents {
  readonly instructions?: string;
  readonly tools: readonly PromptTool[];
  /** Tell the model what each tool is for. @default true */
  readonly hasDescriptions?: boolean;
}

/** A call in the pieces that are tokenised apart, so that its fixed parts are always the same tokens. */
export interface CallPiece {
  readonly kind: 'name' | 'skeleton' | 'value';
  readonly text: string;
}

export interface Prompt {
  readonly limits: PromptLimits;
  /** <bos>, <sys> instructions, <tool> each tool. */
  renderPrefix(promptPrefix: PromptContents): number[];
  /**
   * All of a context behind its prefix, up to where the model's act comes. Calls are written in the order of their
   * tool's schema.
   */
  renderMessages(messages: readonly Message[], tools: readonly PromptTool[]): number[];
  /** What the model writes before the words of `act`. */
  opening(act: Act): readonly number[];
  /** Reads the text of a call's tokens; undefined for anything else. */
  parseCall(text: string, tools: readonly PromptTool[]): Call | undefined;
}

export function createPrompt(tokenizer: Tokenizer, limits: PromptLimits = defaultPromptLimits): Prompt {
  const marks = createReparteeMarks(tokenizer);
  const renderMessage = (message: Message, tools: readonly PromptTool[]): number[] => {
    switch (message.role) {
      case 'user': {
        const ids = [specials.user, ...tokenizer.encode(` ${message.text}`)];
        return message.isOpen ? ids : [...ids, specials.end];
      }
      case 'say':
        return [specials.say, ...tokenizer.encode(` ${message.text}`), specials.end];
      case 'call': {
        const pieces = callPieces(
          message.name,
          message.arguments,
          tools.find((tool) => tool.name === message.name),
        );
        return [specials.call, ...pieces.flatMap((piece) => tokenizer.encode(piece.text)), specials.end];
      }
      case 'result':
        return [specials.result, ...tokenizer.encode(resultText(message.content, limits)), specials.end];
    }
  };

  const known = remembered(renderMessage);

  return {
    limits,
    renderPrefix({ instructions, tools, hasDescriptions = true }) {
      const ids: number[] = [specials.bos];
      if (instructions) ids.push(specials.sys, ...tokenizer.encode(instructionsText(instructions, limits)));
      for (const tool of tools.slice(0, limits.maxTools)) {
        ids.push(specials.tool, ...tokenizer.encode(signatureText(tool, limits)));
        if (!hasDescriptions) continue;
        if (tool.description) ids.push(...tokenizer.encode(descriptionText(tool.description, limits)));
        ids.push(...tokenizer.encode(argumentDescriptionsText(tool, limits)));
      }
      return ids;
    },
    renderMessages: (messages, tools) => messages.flatMap((message) => known(message, tools)),
    opening: (act) => openingOf(act, marks),
    parseCall,
  };
}

/**
 * Words as a recogniser sends them, and as the model was trained on them: lower case, no punctuation but apostrophes.
 * Equal words (`toWords`) are equal texts.
 */
export function plain(text: string): string {
  // Again, for what stands alone without its sign: an apostrophe, a script without spaces.
  return toWords(toWords(text).replaceAll(notInWords, ' '));
}

/** Undefined for anything else than ` name {…}`. */
export function parseCall(text: string): Call | undefined {
  const [, name, json] = /^\s*([^\s{]+)\s*(\{.*\})\s*$/s.exec(text) ?? [];
  if (name === undefined || json === undefined) return undefined;
  try {
    return { name, arguments: { ...JSON.parse(json) } };
  } catch {
    return undefined;
  }
}

export function instructionsText(instructions: string, { maxInstructionsLength }: PromptLimits): string {
  return ` ${cut(instructions, maxInstructionsLength)}`;
}

export function descriptionText(description: string, { maxDescriptionLength }: PromptLimits): string {
  return ` - ${cut(description, maxDescriptionLength)}`;
}

/** `; day: Day of the visit; who: Name of the patient`; empty where nothing is described, or nothing of it is read. */
export function argumentDescriptionsText(
  tool: PromptTool,
  { maxArgumentDescriptionLength: max }: PromptLimits,
): string {
  if (max === 0) return '';
  return Object.entries(propertiesOf(tool))
    .map(([key, schema]) => {
      const description = field(schema, 'description');
      return typeof description === 'string' && description !== '' ? `; ${key}: ${cut(description, max)}` : '';
    })
    .join('');
}

export function resultText(content: string, { maxResultLength }: PromptLimits): string {
  return ` ${cut(content, maxResultLength)}`;
}

/** ` name(argument, optional?: a|b|c, count: integer)`; with marks ` name!(day: date)` */
export function signatureText(tool: PromptTool, { maxEnumValues, hasMarks }: PromptLimits): string {
  const required = new Set(asList(tool.parameters.required));
  const parts = Object.entries(propertiesOf(tool)).map(([key, schema]) => {
    const name = required.has(key) ? key : `${key}?`;
    const values = asList(field(schema, 'enum'));
    if (values.length > 0) return `${name}: ${values.slice(0, maxEnumValues).map(String).join('|')}`;
    const type = (hasMarks && formatOf(schema)) || typeText(schema);
    return type === 'string' ? name : `${name}: ${type}`;
  });
  return ` ${tool.name}${hasMarks && tool.confirm ? '!' : ''}(${parts.join(', ')})`;
}

function formatOf(schema: unknown): string | undefined {
  const format = field(schema, 'format');
  return typeof format === 'string' ? format : undefined;
}

/** Any that the schema lacks come last. */
export function inSchemaOrder(
  values: Readonly<Record<string, unknown>>,
  tool: PromptTool | undefined,
): Readonly<Record<string, unknown>> {
  const known = tool === undefined ? [] : Object.keys(propertiesOf(tool)).filter((key) => Object.hasOwn(values, key));
  return Object.fromEntries([...new Set([...known, ...Object.keys(values)])].map((key) => [key, values[key]]));
}

/** Arguments in the schema's order. */
export function callPieces(
  name: string,
  values: Readonly<Record<string, unknown>>,
  tool: PromptTool | undefined,
): CallPiece[] {
  const pieces: CallPiece[] = [
    { kind: 'name', text: ` ${name}` },
    { kind: 'skeleton', text: ' {' },
  ];
  for (const [index, [key, value]] of Object.entries(inSchemaOrder(values, tool)).entries()) {
    pieces.push({ kind: 'skeleton', text: `${index === 0 ? '' : ', '}${JSON.stringify(key)}: ` });
    pieces.push(...valuePieces(value));
  }
  pieces.push({ kind: 'skeleton', text: '}' });
  return pieces;
}

/** A list's and an object's own pieces are as fixed as the call's. */
function valuePieces(value: unknown): CallPiece[] {
  if (typeof value === 'string')
    return [
      { kind: 'skeleton', text: '"' },
      { kind: 'value', text: JSON.stringify(value).slice(1, -1) },
      { kind: 'skeleton', text: '"' },
    ];
  if (typeof value !== 'object' || value === null || 'toJSON' in value)
    return [{ kind: 'value', text: toSpacedJson(value) }];
  const [open = '', close = ''] = Array.isArray(value) ? '[]' : '{}';
  const members = Object.entries(value).filter(([, item]) => Array.isArray(value) || item !== undefined);
  return [
    { kind: 'skeleton', text: open },
    ...members.flatMap(([key, item], index): CallPiece[] => {
      const opening = `${index === 0 ? '' : ', '}${Array.isArray(value) ? '' : `${JSON.stringify(key)}: `}`;
      return [...(opening === '' ? [] : [{ kind: 'skeleton', text: opening } as const]), ...valuePieces(item)];
    }),
    { kind: 'skeleton', text: close },
  ];
}

/** How a signature names a type: of alternatives the first that is not null. */
function typeText(schema: unknown): string {
  const type = field(schema, 'type');
  if (type === 'array') return `${typeText(field(schema, 'items'))}[]`;
  if (typeof type === 'string') return type;
  const named = [...asList(type).map((name) => ({ type: name })), ...asList(field(schema, 'anyOf'))]
    .map(typeText)
    .find((name) => name !== 'null');
  return named ?? 'null';
}

function propertiesOf(tool: PromptTool): Readonly<Record<string, unknown>> {
  const properties = tool.parameters.properties;
  return typeof properties === 'object' && properties !== null ? { ...properties } : {};
}

function field(schema: unknown, name: string): unknown {
  return typeof schema === 'object' && schema !== null ? Reflect.get(schema, name) : undefined;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
