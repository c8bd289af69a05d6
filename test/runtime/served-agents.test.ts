import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { AgentError, RuntimeError } from '../../src/errors.ts';
import type { Parts } from '../../src/runtime/parts.ts';
import { readAgents } from '../../src/runtime/read-agents.ts';
import { type ServedAgents, serveAgents } from '../../src/runtime/served-agents.ts';
import type { OpenCallOptions } from '../../src/server/calls/open-call.ts';

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

const toolText = (type: string) =>
  `import { defineAgent, defineTool } from 'repartee';
import { z } from 'zod';
const find = defineTool({ description: 'Find', parameters: z.object({ city: ${type} }), effect: 'read', execute: () => 1 });
export default defineAgent({ name: 'desk', instructions: 'Be brief.', tools: { find } });
`;

/** The version that a call would begin with. */
let opened: Agent | undefined;
const parts: Pick<Parts, 'prepare' | 'openCall'> = {
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
    clientSynthesizes: false,
    parties: {},
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
  served = await serveAgents({ parts, agents: await readAgents([file]), files: [file], isWatching, tell });
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

  it('go on with the last version where the new one has a tool that no model could be held to', async () => {
    await writeFile(file, agentText('desk', "'One.'"));
    await serve();
    await writeFile(file, toolText('z.string().regex(/a(?=b)/)'));
    expect(await toldLine(/pattern/)).toMatch(
      /agent\.ts: agent desk: tool find: #\/properties\/city\/pattern: .*; the last version that worked goes on$/,
    );
    expect(greetingOf('desk')).toBe('One.');
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

describe('agents that are read', () => {
  it('are refused with the file for a tool that no model could be held to', async () => {
    await writeFile(file, toolText('z.string().regex(/a(?=b)/)'));
    await expect(readAgents([file])).rejects.toThrow(
      /agent\.ts: agent desk: tool find: #\/properties\/city\/pattern: .*is not supported/,
    );
    await expect(readAgents([file])).rejects.toBeInstanceOf(AgentError);
  });

  it('are refused with the file for a voice that there is not', async () => {
    await writeFile(file, agentText('desk', "'One.'").replace("name: 'desk'", "name: 'desk', voice: 'nobody'"));
    await expect(readAgents([file])).rejects.toThrow(
      /agent\.ts: agent desk: voice: there is no voice "nobody"; choose one of .*slt/,
    );
  });

  it('are refused with both files where these give one name', async () => {
    const other = join(folder, 'other.ts');
    await writeFile(file, agentText('desk', "'One.'"));
    await writeFile(other, agentText('desk', "'Two.'"));
    await expect(readAgents([file, other])).rejects.toThrow(
      `${file} and ${other} both give an agent named desk: rename one, or leave it out`,
    );
  });

  it('keep the order of their files', async () => {
    const other = join(folder, 'other.ts');
    await writeFile(file, agentText('desk', "'One.'"));
    await writeFile(other, agentText('office', "'Two.'"));
    expect([...(await readAgents([other, file])).keys()]).toEqual(['office', 'desk']);
  });
});
