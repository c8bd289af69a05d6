// What a reply to a request may be, as tools: those that are offered, and the form that a reply must have, which is
// written as a call is.

import { schemaLimits } from '../../engine/constraints/budget.ts';
import type { PromptLimits } from '../../engine/prompt/limits.ts';
import { type PromptTool, signatureText } from '../../engine/prompt/prompt.ts';
import { RuntimeError } from '../../errors.ts';
import { inlineSchema } from '../../schema/inline-schema.ts';
import { type ChatRequest, invalid, MAX_CHARACTERS } from './completion-requests.ts';
import { checkCount, checkLength } from './prompt-room.ts';

export interface Offer {
  readonly tools: readonly PromptTool[];
  readonly mustCall: boolean;
  /** The one of `tools` whose arguments are the reply. */
  readonly form?: PromptTool;
}

/** The tools that the choice leaves. Throws RuntimeError `request-invalid`. */
export function toOffer(request: ChatRequest, limits: PromptLimits): Offer {
  const tools = toTools(request, limits);
  const form = toForm(request, tools);
  if (form)
    checkLength(
      form.description ?? '',
      limits.maxDescriptionLength,
      'response_format.json_schema.description',
      'shorten it',
    );
  const { tool_choice: choice } = request;
  const isAsked = typeof choice === 'string' ? choice === 'required' : isRequired(choice);
  const all = isAsked || form === undefined ? tools : [...tools, form];
  checkCount(all.length, limits.maxTools, form ? 'tools and response_format' : 'tools', 'offer fewer');
  const countCharacters = all.reduce((sum, tool) => sum + signatureText(tool, limits).length, 0);
  checkLengthOf(countCharacters);
  if (isAsked || form === undefined) return { tools, mustCall: isAsked };
  return { tools: all, mustCall: true, form };
}

/**
 * Names of tools, of arguments and their first values are all that a model reads of them: here before they become
 * tokens.
 */
function checkLengthOf(countCharacters: number): void {
  if (countCharacters > MAX_CHARACTERS)
    throw new RuntimeError(
      'context-too-long',
      `tools: ${countCharacters} characters of names and values, the most is ${MAX_CHARACTERS}: shorten them`,
    );
}

type Choice = Exclude<ChatRequest['tool_choice'], string>;

function isRequired(choice: Choice): boolean {
  return choice.type === 'function' || choice.allowed_tools.mode === 'required';
}

function namesOf(choice: Choice): readonly string[] {
  if (choice.type === 'function') return [choice.function.name];
  return choice.allowed_tools.tools.map(({ function: { name } }) => name);
}

function toTools({ tools, tool_choice: choice }: ChatRequest, limits: PromptLimits): readonly PromptTool[] {
  const size = JSON.stringify(tools).length;
  if (size > schemaLimits.sizeBytes)
    throw invalid(
      `tools: ${size} characters of JSON, the most is ${schemaLimits.sizeBytes}: offer fewer or shorter ones`,
    );
  const offered = tools.map(({ function: { name, description, parameters } }) => ({
    name,
    ...(description ? { description } : {}),
    parameters: inlineSchema(parameters ?? { type: 'object', properties: {} }, `tool ${name}`),
  }));
  const twice = offered.findIndex(({ name }, index) => offered.findIndex((one) => one.name === name) !== index);
  if (twice >= 0) throw invalid(`tools.${twice}.function.name: ${offered[twice]?.name} is there twice; rename one`);
  for (const [index, tool] of offered.entries()) checkDescriptions(tool, `tools.${index}.function`, limits);
  if (choice === 'none') return [];
  if (choice === 'required' && offered.length === 0)
    throw invalid('tool_choice: a tool is to be called, and tools has none');
  if (typeof choice === 'string') return offered;
  const named = namesOf(choice);
  const unknown = named.find((name) => !offered.some((tool) => tool.name === name));
  if (unknown !== undefined) throw invalid(`tool_choice: tools has no ${unknown}`);
  return offered.filter(({ name }) => named.includes(name));
}

function checkDescriptions({ description = '', parameters }: PromptTool, where: string, limits: PromptLimits): void {
  checkLength(description, limits.maxDescriptionLength, `${where}.description`, 'shorten it');
  const most = limits.maxArgumentDescriptionLength;
  // 0: none of any argument is read, as docs/reference/http.md says.
  if (most === 0) return;
  for (const [name, schema] of Object.entries(parameters.properties ?? {})) {
    const { description: text }: { readonly description?: unknown } = Object(schema);
    if (typeof text === 'string')
      checkLength(text, most, `${where}.parameters.properties.${name}.description`, 'shorten it');
  }
}

function toForm({ response_format: format }: ChatRequest, tools: readonly PromptTool[]): PromptTool | undefined {
  if (format.type === 'text') return undefined;
  const asked = format.type === 'json_schema' ? format.json_schema : { name: 'answer' };
  const isTaken = tools.some(({ name }) => name === asked.name);
  const schema = 'schema' in asked ? asked.schema : { type: 'object', additionalProperties: true };
  const size = JSON.stringify(schema).length;
  if (size > schemaLimits.sizeBytes)
    throw invalid(`response_format: ${size} characters of JSON, the most is ${schemaLimits.sizeBytes}`);
  return {
    name: isTaken ? `${asked.name}_answer` : asked.name,
    description: ('description' in asked && asked.description) || 'Answer in this form',
    parameters: inlineSchema(schema, 'response_format'),
  };
}
