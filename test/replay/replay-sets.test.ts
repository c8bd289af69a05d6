import { describe, expect, it } from 'vitest';
import { parseSets } from '../../src/replay/replay-sets.ts';
import { makeAgent } from '../support/flow.ts';

describe('--set', () => {
  it('plays every value of each setting with every value of the others', () => {
    const ways = parseSets(['endpointing.delayMs=200..400:100', 'effort=instant,low'], makeAgent());
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
      endpointing: { eager: { minProbability: 0.5, maxDelayMs: 300 } },
    });
  });

  it("keeps what the agent's author set beside it", () => {
    const agent = makeAgent({ endpointing: { eager: { minProbability: 0.8, maxDelayMs: 900 } } });
    const [delay] = parseSets(['endpointing.delayMs=100'], agent);
    const [probability] = parseSets(['endpointing.minProbability=0.25'], agent);
    expect(delay?.set(agent).endpointing).toEqual({
      maxDelayMs: 6000,
      eager: { minProbability: 0.8, maxDelayMs: 100 },
    });
    expect(probability?.set(agent).endpointing).toEqual({
      maxDelayMs: 6000,
      eager: { minProbability: 0.25, maxDelayMs: 900 },
    });
  });

  it('shortens the pause of a sure model, whatever is set first, and never beyond the pause of an unsure one', () => {
    const sets = ['endpointing.sureDelayMs=100,400', 'endpointing.delayMs=300', 'mayStaySilent=true'];
    const ways = parseSets(sets, makeAgent()).map(({ set }) => set(makeAgent()));
    expect(ways).toMatchObject([
      { mayStaySilent: true, endpointing: { eager: { minProbability: 0.5, maxDelayMs: 300, minDelayMs: 100 } } },
      { mayStaySilent: true, endpointing: { eager: { minProbability: 0.5, maxDelayMs: 300, minDelayMs: 300 } } },
    ]);
  });

  it('has drafts written by another policy, or from another probability on', () => {
    const [every, likely] = parseSets(['drafts=every-partial,likely-end'], makeAgent()).map(({ set }) =>
      set(makeAgent()),
    );
    expect([every?.drafts, likely?.drafts]).toEqual(['every-partial', 'likely-end']);
    const [bound] = parseSets(['draftMinProbability=0.4'], makeAgent()).map(({ set }) => set(makeAgent()));
    expect(bound).toMatchObject({ drafts: 'likely-end', draftMinProbability: 0.4 });
    expect(() => parseSets(['drafts=final', 'draftMinProbability=0.4'], makeAgent())).toThrowError(
      '--set drafts=final: draftMinProbability is of likely-end, set one of the two',
    );
  });

  it.each([
    'interruption.minWords',
    'idle.afterMs',
    'maxCallMs',
    'dtmf.interDigitTimeoutMs',
    'tools.find.timeoutMs',
    'replyTimeoutMs',
  ])('says why %s shows nothing on recorded callers', (name) => {
    expect(() => parseSets([`${name}=1`], makeAgent())).toThrowError(
      `--set ${name}=1: "${name}" can't be tried on recorded callers: `,
    );
  });

  it.each([
    ['drafts=never', 'drafts is "never", expected every-partial, likely-end, final'],
    ['draftMinProbability=2', 'draftMinProbability is "2", expected what the model must give the end of a turn'],
    ['mayStaySilent=yes', 'mayStaySilent is "yes", expected true or false'],
    ['endpointing.sureDelayMs=soon', 'endpointing.sureDelayMs is "soon", expected milliseconds of pause'],
    ['patience=1', '--set patience=1: no promptPrefix "patience"; there are endpointing.delayMs'],
    ['effort', '--set effort: effort is "", expected instant'],
    ['effort=most', 'effort is "most", expected instant, low'],
    ['endpointing.delayMs=-1', 'endpointing.delayMs is "-1", expected milliseconds of pause'],
    ['endpointing.delayMs=60001', 'endpointing.delayMs is "60001", expected milliseconds of pause'],
    ['endpointing.minProbability=1.5', 'endpointing.minProbability is "1.5", expected what the model must give'],
    ['endpointing.delayMs=800..200:100', '800..200:100 is no range, expected FROM..TO:STEP'],
    ['endpointing.delayMs=0..1000:0', '0..1000:0 is no range'],
    ['endpointing.delayMs=0..1000:1', '0..1000:1 is no range, expected FROM..TO:STEP with 200 steps at most'],
  ])('refuses %s and says why', (text, message) => {
    expect(() => parseSets([text], makeAgent())).toThrowError(message);
  });

  it('refuses more ways than anybody would wait for', () => {
    const sets = ['endpointing.delayMs=0..190:10', 'endpointing.minProbability=0..1:0.1'];
    expect(() => parseSets(sets, makeAgent())).toThrowError('220 ways to play each call, 200 at most');
  });
});
