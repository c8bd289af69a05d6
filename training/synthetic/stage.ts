// A made-up business with its tools and what this caller wants of it: what a behaviour plays on.

import type { Random } from '../../src/base/random.ts';
import type { PromptTool } from '../../src/engine/prompt/prompt.ts';
import type { Domain } from './domain.ts';
import { createScene, type Scene } from './scene.ts';
import type { Slot, Value } from './slots.ts';
import { businessNames, months, weekdays } from './words.ts';

export interface Stage {
  readonly scene: Scene;
  readonly domain: Domain;
  readonly business: string;
  readonly today: Date;
  readonly taskTool: PromptTool;
  /** Those that the task asks for in this dialogue, in the order of its schema. */
  readonly slots: readonly Slot[];
  readonly lookupTool: PromptTool;
  readonly lookupSlots: readonly Slot[];
  /** What the caller has in mind, and may change. */
  readonly values: Map<Slot, Value>;
  /** What was said of it so far. */
  readonly given: Set<Slot>;
  readonly endTool: PromptTool | undefined;
  readonly transferTool: PromptTool | undefined;
  /** Sentences that the instructions end in. */
  readonly rules: string[];
}

const FIRST_DAY_MS = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

const manners = [
  'Keep replies short and natural.',
  'Only ask for details you still need.',
  'Be brief and clear.',
  'Speak plainly and kindly.',
  'Your words are spoken aloud.',
  'Be helpful and quick.',
];

export function createStage(random: Random, domain: Domain): Stage {
  const scene = createScene(random);
  const today = new Date(FIRST_DAY_MS + scene.wholeNumber(0, 1400) * DAY_MS);
  const prefix = scene.chance(0.15) ? `${domain.titles[0]?.toLowerCase().replaceAll(/\W+/g, '_')}_` : '';
  const toName = (name: string) => (name.includes(prefix.slice(0, -1)) ? name : `${prefix}${name}`);
  const everySlot = domain.task.slots.map((make) => make(scene, today));
  const lookupSlots = domain.lookup.slots.map((make) => make(scene, today));
  const slots = everySlot.filter((slot) => !slot.isOptional || scene.chance(0.5));
  return {
    scene,
    domain,
    today,
    business: `${scene.oneOf(businessNames)} ${scene.oneOf(domain.titles)}`,
    taskTool: toTool(toName(scene.oneOf(domain.task.names)), domain.task.description, everySlot),
    slots,
    lookupTool: toTool(toName(scene.oneOf(domain.lookup.names)), domain.lookup.description, lookupSlots),
    lookupSlots,
    values: new Map([...slots, ...lookupSlots].map((slot) => [slot, slot.draw()])),
    given: new Set(),
    endTool: scene.chance(0.4) ? createEndTool(scene) : undefined,
    transferTool: scene.chance(0.4) ? createTransferTool(scene) : undefined,
    rules: [scene.oneOf(manners)],
  };
}

export function toInstructions({ scene, business, domain, today, rules }: Stage): string {
  const [weekday = '', month = ''] = [weekdays[today.getUTCDay()], months[today.getUTCMonth()]];
  const date = scene.oneOf([
    `Today is ${weekday}, ${month} ${today.getUTCDate()}, ${today.getUTCFullYear()}.`,
    `The date is ${today.toISOString().slice(0, 10)}, a ${weekday}.`,
  ]);
  const role = scene.oneOf([
    `You are the phone agent of ${business}, ${domain.subject}.`,
    `You answer the phone at ${business}, ${domain.subject}.`,
    `You are a helpful phone agent for ${business}, ${domain.subject}.`,
  ]);
  return [role, date, ...rules].join(' ');
}

export function toolsOf({ taskTool, lookupTool, endTool, transferTool }: Stage): PromptTool[] {
  return [taskTool, lookupTool, ...(endTool ? [endTool] : []), ...(transferTool ? [transferTool] : [])];
}

export function toTool(name: string, description: string, slots: readonly Slot[]): PromptTool {
  return {
    name,
    description,
    parameters: {
      type: 'object',
      properties: Object.fromEntries(slots.map(({ key, schema }) => [key, schema])),
      required: slots.filter((slot) => !slot.isOptional).map(({ key }) => key),
    },
  };
}

export function createEndTool(scene: Scene): PromptTool {
  const name = scene.oneOf(['end_call', 'hang_up', 'finish_call', 'goodbye']);
  return { name, description: 'End the call', parameters: { type: 'object', properties: {} } };
}

export const departments = ['sales', 'support', 'billing', 'manager'] as const;

export function createTransferTool(scene: Scene): PromptTool {
  const name = scene.oneOf(['transfer_call', 'hand_over', 'connect_to_person', 'transfer_to_agent']);
  const properties = scene.chance(0.5) ? { department: { type: 'string', enum: departments } } : {};
  return {
    name,
    description: 'Put the caller through to a person',
    parameters: { type: 'object', properties, required: Object.keys(properties) },
  };
}
