import { describe, expect, it } from 'vitest';
import { parseSets } from '../../src/replay/replay-sets.ts';
import { makeAgent } from '../support/flow.ts';

describe('--set', () => {
  it('plays every value of each setting with every value of the others', () => {
    const ways = parseSets(['endOfTurn.delayMs=200..400:100', 'effort=instant,low'], makeAgent());
    expect(ways.map(({ settings }) => Object.values(settings).join(' '))).toEqual([
      '200 instant',
      '200 low',
      '300 instant',
      '300 low',
      '400 instant',
      '400 low',
    ]);
    expect(ways[2]?.set(makeAgent())).toMatchObject({
      effort: 'instant',
      endOfTurn: { early: { minProbability: 0.5, pauseMs: 300 } },
    });
  });

  it("keeps what the agent's author set beside it", () => {
    const agent = makeAgent({ endOfTurn: { early: { minProbability: 0.8, pauseMs: 900 } } });
    const [delay] = parseSets(['endOfTurn.delayMs=100'], agent);
    const [probability] = parseSets(['endOfTurn.minProbability=0.25'], agent);
    expect(delay?.set(agent).endOfTurn).toEqual({ maxDelayMs: 6000, early: { minProbability: 0.8, pauseMs: 100 } });
    expect(probability?.set(agent).endOfTurn).toEqual({
      maxDelayMs: 6000,
      early: { minProbability: 0.25, pauseMs: 900 },
    });
  });

  it('shortens the pause of a sure model, whatever is set first, and never beyond the pause of an unsure one', () => {
    const sets = ['endOfTurn.sureDelayMs=100,400', 'endOfTurn.delayMs=300', 'mayStaySilent=true'];
    const ways = parseSets(sets, makeAgent()).map(({ set }) => set(makeAgent()));
    expect(ways).toMatchObject([
      { mayStaySilent: true, endOfTurn: { early: { minProbability: 0.5, pauseMs: 300, surePauseMs: 100 } } },
      { mayStaySilent: true, endOfTurn: { early: { minProbability: 0.5, pauseMs: 300, surePauseMs: 300 } } },
    ]);
  });

  it.each([
    'interruption.minWords',
    'idle.afterMs',
    'maxCallMs',
    'dtmf.gapMs',
    'tools.find.timeoutMs',
    'replyTimeoutMs',
  ])('says why %s shows nothing on recorded callers', (name) => {
    expect(() => parseSets([`${name}=1`], makeAgent())).toThrowError(
      `--set ${name}=1: "${name}" can't be tried on recorded callers: `,
    );
  });

  it.each([
    ['mayStaySilent=yes', 'mayStaySilent is "yes", expected true or false'],
    ['endOfTurn.sureDelayMs=soon', 'endOfTurn.sureDelayMs is "soon", expected milliseconds of pause'],
    ['patience=1', '--set patience=1: no setting "patience"; there are endOfTurn.delayMs'],
    ['effort', '--set effort: effort is "", expected instant'],
    ['effort=most', 'effort is "most", expected instant, low'],
    ['endOfTurn.delayMs=-1', 'endOfTurn.delayMs is "-1", expected milliseconds of pause'],
    ['endOfTurn.delayMs=60001', 'endOfTurn.delayMs is "60001", expected milliseconds of pause'],
    ['endOfTurn.minProbability=1.5', 'endOfTurn.minProbability is "1.5", expected what the model must give'],
    ['endOfTurn.delayMs=800..200:100', '800..200:100 is no range, expected FROM..TO:STEP'],
    ['endOfTurn.delayMs=0..1000:0', '0..1000:0 is no range'],
    ['endOfTurn.delayMs=0..1000:1', '0..1000:1 is no range, expected FROM..TO:STEP with 200 steps at most'],
  ])('refuses %s and says why', (text, message) => {
    expect(() => parseSets([text], makeAgent())).toThrowError(message);
  });

  it('refuses more ways than anybody would wait for', () => {
    const sets = ['endOfTurn.delayMs=0..190:10', 'endOfTurn.minProbability=0..1:0.1'];
    expect(() => parseSets(sets, makeAgent())).toThrowError('220 ways to play each call, 200 at most');
  });
});
