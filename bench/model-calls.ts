// What a drafted call got right of the one that was made. Takes two calls, gives a judgement; knows no engine.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { PromptTool } from '../src/engine/prompt/prompt.ts';
import { isSameValue } from './model-values.ts';

export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** One argument of the call that was made, or of the drafted one. */
export interface Slot {
  readonly name: string;
  readonly isMade: boolean;
  readonly isDrafted: boolean;
  readonly isRight: boolean;
}

export interface CallJudgement {
  readonly isNameRight: boolean;
  /** Name and all arguments, none missing, none too many. */
  readonly isExact: boolean;
  readonly slots: readonly Slot[];
}

/** Nothing drafted, or another tool: every argument that was made is missing. */
export function judgeCall(made: ToolCall, drafted: ToolCall | undefined): CallJudgement {
  const isNameRight = drafted?.name === made.name;
  const given = drafted?.arguments ?? {};
  const slots = [...new Set([...Object.keys(made.arguments), ...Object.keys(given)])].map((name) => {
    const isMade = Object.hasOwn(made.arguments, name);
    const isDrafted = Object.hasOwn(given, name);
    const isRight = isNameRight && isMade && isDrafted && isSameValue(made.arguments[name], given[name]);
    return { name, isMade, isDrafted, isRight };
  });
  return { isNameRight, isExact: isNameRight && slots.every((slot) => slot.isRight), slots };
}

/** Whether a call names an offered tool and its arguments validate against that tool's schema, extra ones refused. */
export function createCallValidator(): (tools: readonly PromptTool[], call: ToolCall | undefined) => boolean {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const known = new Map<PromptTool, ValidateFunction>();
  return (tools, call) => {
    const tool = tools.find(({ name }) => name === call?.name);
    if (tool === undefined || call === undefined) return false;
    const validate = known.get(tool) ?? ajv.compile({ additionalProperties: false, ...tool.parameters });
    known.set(tool, validate);
    return validate(call.arguments);
  };
}
