import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { defineAgent } from '../../src/agent/define-agent.ts';
import { toModelArguments, toModelFolder } from '../../src/cli/model-arguments.ts';
import { knownModels } from '../../src/remote/known-models.ts';
import { isRemoteName, toRemoteModel } from '../../src/remote/remote-model.ts';
import { toUsd } from '../../src/remote/usage.ts';
import { createRemoteModels } from '../../src/runtime/remote-models.ts';
import { makeAgent } from '../support/flow.ts';

describe('the name of a model over the network', () => {
  it.each(['mercury-2.5', 'mercury-voice', 'mercury-9', 'openai:qwen3-4b', 'openai:org/model:free'])(
    'is one: %s',
    (name) => {
      expect(isRemoteName(name)).toBe(true);
    },
  );

  it.each(['models/repartee-s', './mercury-2.5', '/srv/mercury', 'mercury/small'])(
    'is none, but a folder: %s',
    (name) => {
      expect(isRemoteName(name)).toBe(false);
      expect(toModelArguments({ model: name })).toEqual({ modelDir: name });
    },
  );

  it('that nobody knows is refused with those that are known', () => {
    expect(() => toRemoteModel('mercury-9', { INCEPTION_API_KEY: 'k' })).toThrow(
      /no model "mercury-9" is known: take one of mercury-2, mercury-2.5, mercury-3, mercury-voice, openai:NAME/,
    );
    expect(() => toRemoteModel('openai:', {})).toThrow('"openai:" names no model');
  });
});

describe('the key of a model over the network', () => {
  it('that is missing is refused with the variable to set', () => {
    expect(() => toRemoteModel('mercury-2.5', {})).toThrow('mercury-2.5 needs INCEPTION_API_KEY: set it to');
    expect(() => toRemoteModel('openai:gpt', { OPENAI_API_KEY: ' ' })).toThrow('openai:gpt needs OPENAI_API_KEY');
  });

  it('may be missing for a server of one’s own', () => {
    const model = toRemoteModel('openai:qwen', { OPENAI_BASE_URL: 'http://127.0.0.1:8000/v1/' });
    expect(model).toMatchObject({ id: 'qwen', baseUrl: 'http://127.0.0.1:8000/v1', prices: undefined });
    expect(model.readKey()).toBeUndefined();
  });

  it('that no header may carry is refused, and not repeated', () => {
    const reading = () => toRemoteModel('mercury-2', { INCEPTION_API_KEY: 'secret one\n' });
    expect(reading).toThrow(/INCEPTION_API_KEY, which mercury-2 needs, has characters that no key has/);
    expect(reading).not.toThrow(/secret/);
  });

  it('is in nothing that prints the model', () => {
    const model = toRemoteModel('mercury-2', { INCEPTION_API_KEY: 'secret' });
    expect(JSON.stringify(model)).not.toContain('secret');
    expect(model.readKey()).toBe('secret');
  });

  it('is asked for before any call, for each agent that a call may come to', async () => {
    const before = process.env.INCEPTION_API_KEY;
    delete process.env.INCEPTION_API_KEY;
    try {
      const billing = makeAgent({ name: 'billing', model: 'mercury-2.5' });
      const desk = makeAgent({ handoffs: [{ name: 'transfer_to_billing', description: 'billing', agent: billing }] });
      await expect(createRemoteModels().prepare(desk)).rejects.toMatchObject({ code: 'model-key-missing' });
    } finally {
      if (before !== undefined) process.env.INCEPTION_API_KEY = before;
    }
  });
});

it.each(['ftp://host/v1', 'host:80', 'http://user:secret@host/v1', 'http://host/v1?key=secret'])(
  'refuses an address that is none, and repeats nothing of it: %s',
  (url) => {
    const reading = () => toRemoteModel('openai:any', { OPENAI_BASE_URL: url });
    expect(reading).toThrow('OPENAI_BASE_URL is no address of a server: expected http or https');
    expect(reading).not.toThrow(/secret/);
  },
);

describe('prices', () => {
  it('are those of the table that people read', async () => {
    const page = await readFile(new URL('../../docs/guide/remote-models.md', import.meta.url), 'utf8');
    for (const {
      name,
      prices,
      discounted,
      contextTokens,
      outputTokens,
      source,
      readOn,
      effortWithoutTools,
    } of knownModels) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? '';
      const cached = prices.cachedInput === undefined ? '' : `; cached ${prices.cachedInput}`;
      const now = discounted === undefined ? '' : ` (with a discount ${discounted.input}, ${discounted.output})`;
      expect(row).toContain(`| ${prices.input}, ${prices.output}${cached}${now} |`);
      expect(row).toContain(`| ${contextTokens.toLocaleString('en')}, ${outputTokens.toLocaleString('en')} |`);
      expect(row).toContain(`| \`${effortWithoutTools}\` | ${source}, ${readOn} |`);
    }
  });

  it('make dollars of tokens, cached ones at their own price', () => {
    const usage = { inputTokens: 1_000_000, cachedTokens: 400_000, outputTokens: 100_000, isEstimated: false };
    expect(toUsd(usage, { input: 0.25, cachedInput: 0.025, output: 0.75 })).toBeCloseTo(0.15 + 0.01 + 0.075, 12);
    expect(toUsd(usage, { input: 0.2, output: 0.7 })).toBeCloseTo(0.2 + 0.07, 12);
  });

  it('may be given instead', () => {
    const { choice } = toModelArguments({ model: 'openai:qwen', 'model-prices': '0.1,0.4,0.01' });
    expect(choice).toEqual({ name: 'openai:qwen', prices: { input: 0.1, output: 0.4, cachedInput: 0.01 } });
  });

  it.each(['cheap', '1', '1,2,3,4', '1,', '-1,2', '1,99999'])('that are none are refused: %s', (text) => {
    expect(() => toModelArguments({ model: 'mercury-2', 'model-prices': text })).toThrow(
      `--model-prices is "${text}", expected two or three prices from 0 to 10000`,
    );
  });

  it('without a model over the network are refused', () => {
    expect(() => toModelArguments({ model: 'models/mine', 'model-prices': '1,2' })).toThrow('--model-prices goes with');
  });
});

it('refuses a model over the network where a folder is needed', () => {
  expect(() => toModelFolder('mercury-2.5')).toThrow('--model is "mercury-2.5", a model over the network, and here');
  expect(toModelFolder('models/mine')).toBe('models/mine');
});

it.each([
  [{ model: 'gpt-5' }, /model: expected a model over the network/],
  [{ whenModelFails: 'panic' }, /whenModelFails/],
  [{ modelTimeouts: { firstMs: 5 } }, /modelTimeouts.firstMs/],
])('refuses an agent with %j', (options, message) => {
  expect(() => defineAgent({ name: 'a', instructions: 'x', ...options } as never)).toThrow(message);
});
