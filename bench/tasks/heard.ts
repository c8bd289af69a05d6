// What a caller makes of an agent's line: a question, an offer, a refusal, a claim that it is done. Words in, no
// meaning of any agent's.

import type { Agent } from '../../src/agent/agent.ts';
import { allAgents } from '../../src/agent/handoffs.ts';

const claims = [
  /\b(?:is|are|was|has been|have been|i have|i've|you're|you are|you have been|it's|i|all|now|successfully)(?: now| just| all| been| successfully)* (?:booked|reserved|confirmed|scheduled|placed|ordered|signed up|registered|set)\b/i,
  /\byou(?: are|'re) (?:all )?(?:in|down)\b(?! the)/i,
  /\bsuccessfully\b/i,
  /^(?:booked|reserved|confirmed|scheduled|done)\b/i,
  /\b(?:booking|reservation|order|confirmation) (?:number|code) is\b/i,
];
const noClaims =
  /\b(?:not|n't|never|already|fully|once|when|if|before|until|to be|cannot|unable|would|could|should|want|like)\b/i;
const denials =
  /\bno (?:\w+ ){0,3}(?:table|room|slot|time|seat|session|place|berth|space|doctor|dentist|restaurant|snowboard|snowshoe|ski)s?\b|\bnot (?:available|possible|open|free|able|offered|found)\b|\b(?:is|are|was|were|do|does|did|could|can|has|have)(?:n't| not|not) (?:any|available|possible|open|free|able|have|find|found|book|reserve|make|take|fit|get|offer|see|any|be|enough)\b|\bclosed\b|\bsold out\b|\ball (?:out|taken|gone)\b|\bfully booked\b|\bunable\b|\btaken\b|\bfull\b|\bunfortunately\b|\bonly open\b|\bopen from\b|\bnext free\b|\btoo (?:late|early|long|soon|big)\b|\bno longer\b|\bnothing\b|\bnone\b|\bat most\b|\bmust lie\b/i;

const wishes =
  /\b(?:tell me|give me|let me know|(?:i|we) (?:still |also |just )?(?:need|require)|please (?:say|state|provide|give|tell)|may i (?:have|ask)|(?:what|which|when|how many)(?:'s| is| are)?\b.*\b(?:you|your)\b)/i;

/** The caller is told that it is done. Questions, conditions and refusals claim nothing. */
export function isClaim(line: string): boolean {
  return toSentences(line).some(
    (sentence) =>
      !sentence.endsWith('?') && !noClaims.test(sentence) && claims.some((pattern) => pattern.test(sentence)),
  );
}

export function isDenial(line: string): boolean {
  return denials.test(line);
}

export function isSorry(line: string): boolean {
  return /\b(?:sorry|afraid|apologi[sz]e)\b/i.test(line);
}

/** The agent has no more to say. */
export function isGoodbye(line: string): boolean {
  return (
    /\b(?:good)?bye\b|\btake care\b|\bhave a (?:nice|great|good|lovely) (?:day|evening|one)\b/i.test(line) &&
    questionsOf(line) === ''
  );
}

/** All that asks in the line: questions, and what is put as a wish. */
export function questionsOf(line: string): string {
  return toSentences(line)
    .filter((sentence) => sentence.endsWith('?') || wishes.test(sentence))
    .join(' ');
}

/** Does the line end in something that a yes or a no answers? */
export function isYesNoQuestion(line: string): boolean {
  return toSentences(line).some(
    (sentence) =>
      sentence.endsWith('?') &&
      /\b(?:would you like|shall i|should i|do you (?:want|need)|can i|may i|is (?:that|this|it)|does that|did you|are you|have you|will that|right|correct|okay|ok)\b/i.test(
        sentence,
      ) &&
      !/^(?:what|which|when|where|who|how)\b/i.test(sentence),
  );
}

export function asksForMore(line: string): boolean {
  return /\b(?:anything|something|what) else\b|\bhelp you with\b/i.test(questionsOf(line));
}

/** The agent's own words for a read-back, which nothing runs on. */
export function asksToConfirm(line: string): boolean {
  return /\b(?:please|to|let me|can you|could you) confirm\b|\bis (?:that|this|it|everything) (?:right|correct)\b|\b(?:right|correct)\?|\bdid i get\b/i.test(
    line,
  );
}

/** What the runtime reads back of a call or of values, by the lines that the agent sets. */
export function createReadBacks(agent: Agent): (line: string) => string | undefined {
  const patterns = allAgents(agent).flatMap(({ say }) =>
    [
      [say.confirm, '{call}'],
      [say.unsure, '{values}'],
    ].map(([template = '', slot = '']) => {
      const [before = '', after = ''] = template.split(slot);
      // The last one: a model may have read something back in its own words before.
      return new RegExp(`^.*${toLiteral(before)}(.+?)${toLiteral(after)}`, 'is');
    }),
  );
  return (line) => patterns.map((pattern) => pattern.exec(line)?.[1]).find((found) => found !== undefined);
}

function toSentences(line: string): readonly string[] {
  return line.match(/[^.?!]+(?:[.?!](?=\S)[^.?!]*)*[.?!]*/g)?.map((sentence) => sentence.trim()) ?? [];
}

function toLiteral(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').trim();
}
