import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { loadAgent } from '../../src/agent/load.ts';
import type { Parts } from '../../src/cli/parts.ts';
import { type ServedAgents, serveAgents } from '../../src/cli/served-agents.ts';
import { RuntimeError } from '../../src/errors.ts';
import type { OpenCallOptions } from '../../src/server/open-call.ts';

let folder = '';
let file = '';
let served: ServedAgents | undefined;
const told: string[] = [];
let wake: () => void = () => undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repartee-watch-'));
  file = join(folder, 'agent.ts');
  told.length = 0;
});
afterEach(async () => {
  await served?.close();
  await rm(folder, { recursive: true });
});

const agentText = (name: string, greeting: string, from = '') =>
  `import { defineAgent } from 'repartee';\n${from}\nexport default defineAgent({ name: '${name}', instructions: 'Be brief.', greeting: ${greeting} });\n`;

/** The version that a call would begin with. */
let opened: Agent | undefined;
const parts: Pick<Parts, 'loadAgents' | 'prepare' | 'openCall'> = {
  loadAgents: async (files) =>
    new Map(
      await Promise.all(files.map(async (path) => [(await loadAgent(path)).name, await loadAgent(path)] as const)),
    ),
  prepare: async () => undefined,
  openCall: (agent) => {
    opened = agent;
    throw new RuntimeError('not-called', 'no call is opened here');
  },
};

function greetingOf(name: string): unknown {
  const request: OpenCallOptions = {
    agent: name,
    callId: 'c',
    audio: null,
    isSpokenThere: false,
    variables: {},
    report: () => undefined,
  };
  expect(() => served?.calls.openCall(request)).toThrow('no call is opened here');
  return opened?.greeting;
}

async function serve(isWatching = true): Promise<void> {
  const tell = (line: string) => {
    told.push(line);
    wake();
  };
  served = await serveAgents({ parts, files: [file], isWatching, tell });
}

async function toldLine(fits: RegExp): Promise<string> {
  for (;;) {
    const line = told.find((one) => fits.test(one));
    if (line !== undefined) return line;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

describe('agents that are watched', () => {
  it('answer later calls with what was saved', async () => {
    await writeFile(file, agentText('desk', "'One.'"));
    await serve();
    expect([greetingOf('desk'), served?.calls.problems?.()]).toEqual(['One.', []]);
    await writeFile(file, agentText('desk', "'Two.'"));
    await toldLine(/^desk: reloaded/);
    expect(greetingOf('desk')).toBe('Two.');
  });

  it('go on with the last version that worked, and say where a save is broken until it is mended', async () => {
    await writeFile(file, agentText('desk', "'One.'"));
    await serve();
    await writeFile(file, agentText('desk', '4'));
    expect(await toldLine(/greeting/)).toMatch(/agent\.ts:3:\d+: .*greeting.*; the last version that worked goes on$/);
    expect([greetingOf('desk'), served?.calls.problems?.()]).toEqual(['One.', [expect.stringMatching(/greeting/)]]);
    await writeFile(file, agentText('desk', "'Three.'"));
    await toldLine(/reloaded/);
    expect([greetingOf('desk'), served?.calls.problems?.()]).toEqual(['Three.', []]);
  });

  it('notice every save, however soon it follows another, by programs that put a new file in place of the old one', async () => {
    const put = async (greeting: string) => {
      await writeFile(join(folder, 'new'), agentText('desk', greeting));
      await rename(join(folder, 'new'), file);
    };
    await put("'One.'");
    await serve();
    for (const name of ['Two', 'Four', 'Six']) {
      await put("'Odd.'");
      await put(`'${name}.'`);
      told.length = 0;
      await toldLine(/reloaded/);
      expect(greetingOf('desk')).toBe(`${name}.`);
    }
  });

  it('notice the file that they lacked', async () => {
    await writeFile(file, agentText('desk', "'One.'"));
    await serve();
    await writeFile(file, agentText('desk', 'hello', "import { hello } from './words.ts';"));
    await toldLine(/words/);
    await writeFile(join(folder, 'words.ts'), "export const hello = 'Two.';\n");
    await toldLine(/reloaded/);
    expect(greetingOf('desk')).toBe('Two.');
  });

  it('notice a change in a file that they import', async () => {
    const words = join(folder, 'words.ts');
    await writeFile(words, "export const hello = 'One.';\n");
    await writeFile(file, agentText('desk', 'hello', "import { hello } from './words.ts';"));
    await serve();
    await writeFile(words, "export const hello = 'Two.';\n");
    await toldLine(/reloaded/);
    expect(greetingOf('desk')).toBe('Two.');
  });

  it('keep their name while they are served', async () => {
    await writeFile(file, agentText('desk', "'One.'"));
    await serve();
    await writeFile(file, agentText('office', "'Two.'"));
    expect(await toldLine(/its name/)).toMatch(/its name is office now and was desk; start anew to serve it/);
    expect(greetingOf('desk')).toBe('One.');
  });

  it('are not reloaded where nobody asked for it', async () => {
    await writeFile(file, agentText('desk', "'One.'"));
    await serve(false);
    expect(served?.calls.problems).toBeUndefined();
  });
});
