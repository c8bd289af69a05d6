// A front desk that books nothing itself: it finds out what the caller needs, and hands the call to whom that belongs
// to.

import type { Random } from '../../src/base/random.ts';
import type { PromptTool } from '../../src/engine/prompt/prompt.ts';
import type { Domain } from './domain.ts';
import type { Play } from './play.ts';
import type { Scene } from './scene.ts';
import { createStage } from './stage.ts';
import { open, request } from './steps.ts';
import { businessNames } from './words.ts';

/** An agent that a call may go to, and the tool that sends it there. */
interface Desk {
  readonly domain: Domain;
  readonly name: string;
  readonly tool: PromptTool;
}

/** Hand-offs are offered as the runtime offers them: a tool for each, without parameters. */
export function handOver(domains: readonly Domain[]): (random: Random) => Play {
  return (random) => {
    const wanted = domains[Math.floor(random() * domains.length)];
    if (wanted === undefined) throw new RangeError('no domain to hand over to');
    const stage = createStage(random, wanted);
    const { scene } = stage;
    const others = draw(
      scene,
      domains.filter((domain) => domain !== wanted),
      scene.wholeNumber(1, 3),
    );
    const place = scene.wholeNumber(0, others.length);
    const desks = others.toSpliced(place, 0, wanted).map((domain) => toDesk(scene, domain));
    const wantedDesk = desks[place];
    const business = scene.oneOf(businessNames);
    if (scene.chance(0.8)) scene.say(fillIn(scene.oneOf(greetings), business, desks));
    const isVague = scene.chance(0.25);
    if (isVague) {
      scene.user(scene.oneOf(vagueWords));
      scene.say(fillIn(scene.oneOf(questions), business, desks));
    }
    if (scene.chance(0.15) || wantedDesk === undefined) {
      const stranger = scene.oneOf(domains.filter((domain) => desks.every((desk) => desk.domain !== domain)));
      scene.user(open(stage, `I'd like to ${scene.oneOf(stranger.outside)}`));
      scene.say(fillIn(scene.oneOf(refusals), business, desks));
    } else {
      if (isVague && scene.chance(0.4)) scene.user(scene.oneOf([`the ${wantedDesk.name} please`, wantedDesk.name]));
      else if (scene.chance(0.7)) request(stage, scene.wholeNumber(0, 2));
      else scene.user(open(stage, scene.oneOf(wanted.lookup.wishes)));
      scene.call(wantedDesk.tool, {}, scene.oneOf<unknown>([{ ok: true }, null, { transferred: true }]));
      scene.say(scene.oneOf(['One moment.', 'Sure, one moment.', "I'll connect you.", 'Putting you through.']));
    }
    return {
      instructions: toInstructions(scene, business, desks),
      tools: desks.map(({ tool }) => tool),
      messages: scene.messages,
    };
  };
}

const greetings = [
  '{business}, good morning! What is it about?',
  'Hello, this is {business}. Where can I put you through to?',
  'Hello! Is it about {names}?',
  'Thanks for calling {business}. How can I direct your call?',
  'Hi, {business}. What do you need?',
];
const vagueWords = [
  'hi, I need some help',
  'hello',
  'I have a question',
  'can you help me',
  'hi, I was told to call here',
];
const questions = [
  'Of course. Is it about {names}?',
  'Sure, {names}?',
  'Gladly. Do you need {names}?',
  'What is it about: {names}?',
];
const refusals = [
  "I'm afraid nobody here can do that. I can put you through to {names}.",
  "I'm sorry, that's not something we do. Can I connect you to {names}?",
  "We can't help with that, I'm sorry.",
];

function toDesk(scene: Scene, domain: Domain): Desk {
  const name = domain.subject.replace(/^an? /, '');
  const key = name.replaceAll(' ', '_');
  const description = scene.oneOf([
    `Hand the call over to ${name}`,
    `Hand the call over to ${key}`,
    domain.task.description,
    `Callers who need ${domain.subject}`,
  ]);
  const parameters = { type: 'object', properties: {}, required: [], additionalProperties: false };
  return { domain, name, tool: { name: `transfer_to_${key}`, description, parameters } };
}

function toInstructions(scene: Scene, business: string, desks: readonly Desk[]): string {
  const names = listNames(desks, 'and');
  const role = scene.oneOf([
    `You are the front desk of ${business}. Find out what callers need and transfer them to ${names}.`,
    `You answer first at ${business} and hand calls over: ${names}. You book nothing yourself.`,
    `Transfer each caller to who can help: ${desks.map(({ domain, name }) => `${name} to ${domain.task.description.toLowerCase()}`).join('; ')}.`,
  ]);
  return `${role} ${scene.oneOf(['Keep replies short.', 'Be brief.', 'Ask if you are not sure.'])}`;
}

function fillIn(template: string, business: string, desks: readonly Desk[]): string {
  return template.replace('{business}', business).replace('{names}', listNames(desks, 'or'));
}

function listNames(desks: readonly Desk[], join: 'and' | 'or'): string {
  const names = desks.map(({ name }) => `the ${name}`);
  return `${names.slice(0, -1).join(', ')} ${join} ${names.at(-1)}`;
}

function draw<Item>(scene: Scene, items: readonly Item[], count: number): Item[] {
  const left = [...items];
  return Array.from({ length: count }, () => left.splice(scene.wholeNumber(0, left.length - 1), 1)).flat();
}
