import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAgent } from '../../src/agent/define-agent.ts';
import { defineTool } from '../../src/agent/define-tool.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { chooseAgent, parseTalkArguments } from '../../src/cli/talk.ts';
import type { CallEvent } from '../../src/events.ts';
import { playCall } from '../../src/playback/play-call.ts';
import { classOf, isLooped, summariseTalk } from '../../src/playback/talk-summary.ts';
import type { Measured, TurnRecord } from '../../src/playback/turn-log.ts';
import type { RecordedEvent } from '../../src/trace/format/call-file.ts';
import { type Answer, createAnsweringCall, reply } from '../support/answering-call.ts';

const agent = defineAgent({
  name: 'scripted',
  instructions: 'You answer calls.',
  tools: {
    find: defineTool({
      description: 'Find a restaurant in a city',
      parameters: z.object({ city: z.string() }),
      effect: 'read',
      execute: async () => [],
    }),
  },
});

function measured(firstTextMs: number, draft: Measured['draft']): Answer {
  const event = {
    type: 'turn.measured',
    firstTextMs,
    totalMs: firstTextMs,
    partsUs: {},
    draft,
    forwards: 1,
    steps: 0,
  } as const;
  return { atMs: 0, event };
}

function tool(name: string, args: Record<string, unknown>, speculative = false): Answer {
  return { atMs: 0, event: { type: 'tool.ended', name, arguments: args, result: [], speculative } };
}

/** A call of one-word finals whose answers are given. */
async function talk(answers: readonly (readonly Answer[])[]): Promise<TurnRecord[]> {
  const clock = new SimulatedClock();
  const turns: TurnRecord[] = [];
  const events: RecordedEvent[] = answers.map((_, index) => ({
    type: 'transcript.updated',
    atMs: index * 1000,
    turn: index + 1,
    text: `word${index + 1}`,
    state: 'final',
  }));
  const byTurn = Object.fromEntries(answers.map((answer, index) => [index + 1, answer]));
  const open = (report: (event: CallEvent) => void) => createAnsweringCall(clock, byTurn, report).call;
  const played = playCall({ events, clock, open, turnEnded: (turn) => turns.push(turn) });
  for (const _ of answers) await clock.advance(1000);
  await played;
  return turns;
}

describe('the summary of talk', () => {
  it('counts each kind of turn of a scripted call once', async () => {
    const turns = await talk([
      [measured(2, 'hit'), reply('Which city?', 5)],
      [measured(4, 'hit'), reply('How many people?', 5)],
      [measured(30, 'repaired'), reply('I like that. I like that. I like that a lot.', 5)],
      [measured(80, 'missed'), reply(`Oh. ${agent.say.apology}`, 5)],
      [tool('find', { city: 'X' }), tool('find', { city: 'Y' }), measured(120, 'missed'), reply('There is one.', 5)],
      [tool('find', { town: 'X' }), measured(150, 'hit'), reply('There is none.', 5)],
      [tool('found', {}), measured(160, 'hit'), reply('Hm.', 5)],
      [tool('find', { town: 'X' }, true), measured(6, 'hit'), reply('', 5)],
      [reply('', 5, true)],
    ]);
    const others = await talk([[measured(1, 'hit'), reply('Bye.', 5)]]);
    expect(
      summariseTalk([
        { agent, turns },
        { agent, turns: others },
      ]),
    ).toEqual({
      calls: 2,
      turns: 10,
      replies: 8,
      toolCalls: 4,
      empty: 1,
      looped: 1,
      invalidArguments: 2,
      fallbackLines: 1,
      hits: 4,
      repaired: 1,
      missed: 1,
      toolTurns: 3,
      firstTextMs: {
        hit: { p50: 2, p99: 6 },
        repaired: { p50: 30, p99: 30 },
        missed: { p50: 80, p99: 80 },
        tool: { p50: 150, p99: 160 },
      },
    });
    expect(turns.map(classOf)).toEqual(['hit', 'hit', 'repaired', 'missed', 'tool', 'tool', 'tool', 'hit', undefined]);
  });

  it('has no percentiles of nothing', () => {
    expect(summariseTalk([])).toMatchObject({ calls: 0, turns: 0, firstTextMs: { hit: { p50: null, p99: null } } });
  });
});

describe('a loop', () => {
  it.each([
    ['Great, your your your your your table', true],
    ['I found a table for two. I found a table for two!', true],
    ['one two three four, One Two THREE four', true],
    ['I found a table for two and a table for three', false],
    ['one two three', false],
    ['', false],
  ])('is four words in a row twice: %j', (text, isLoop) => {
    expect(isLooped(text)).toBe(isLoop);
  });
});

describe('the arguments of talk', () => {
  it('are files and options', () => {
    expect(parseTalkArguments(['a.jsonl', '--json', '--pace', '4', 'b.jsonl', '--voice'])).toEqual({
      files: ['a.jsonl', 'b.jsonl'],
      isJson: true,
      hasVoice: true,
      pace: 4,
    });
    expect(parseTalkArguments(['--agent', 'x.ts'])).toEqual({
      files: [],
      agentFile: 'x.ts',
      isJson: false,
      hasVoice: false,
      pace: 1,
    });
    expect(parseTalkArguments(['-h', '--pace', '0'])).toBeUndefined();
  });

  it.each([
    [['--pace', 'fast'], '--pace is "fast"'],
    [['--pace', '0'], '--pace is "0"'],
    [['--loud'], "'--loud'"],
    [['--json', '--agent', 'x.ts'], '--json needs a FILE'],
  ])('are refused when they make no sense: %j', (argv, message) => {
    expect(() => parseTalkArguments(argv)).toThrowError(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(message) }),
    );
  });

  it('choose the agent that the file names, or the one that is given', () => {
    const call = { name: 'demo', header: { type: 'header', version: 1, agent: 'scripted' }, events: [] } as const;
    const other = { ...call, header: { ...call.header, agent: 'florist' } };
    const agents = new Map([['scripted', agent]]);
    expect(chooseAgent(agents, call, false)).toBe(agent);
    expect(chooseAgent(agents, other, true)).toBe(agent);
    expect(() => chooseAgent(agents, other, false)).toThrowError(/demo wants the agent "florist"; there are scripted/);
  });
});
