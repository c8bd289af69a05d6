import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineTool } from '../../src/agent/define-tool.ts';
import { ToolError } from '../../src/errors.ts';
import { buildTool, makeExecuteContext } from '../support/built-tool.ts';

const base = { description: 'Reserve a table', effect: 'write' } as const;

describe('a result', () => {
  const run = (value: unknown, signal?: AbortSignal) =>
    buildTool(defineTool({ ...base, parameters: z.object({}), execute: () => value })).run(
      {},
      makeExecuteContext(signal),
    );
  class Table {
    #seats = 4;
    get seats() {
      return this.#seats;
    }
  }
  class Room {
    readonly seats = 4;
  }
  const circular: Record<string, unknown> = {};
  circular.self = circular;

  it.each([
    ['a Map', new Map([['a', 1]])],
    ['a Set', new Set([1])],
    ['an Error', Object.assign(new Error('x'), { status: 404 })],
    ['a Response', new Response('x')],
    ['a Table', new Table()],
    ['a Promise', [Promise.resolve(1)]],
    ['a RegExp', [/x/]],
    ['a Uint8Array', new Uint8Array(2)],
    ['an ArrayBuffer', new ArrayBuffer(2)],
    ['a Headers', new Headers({ a: 'b' })],
    ['a BigInt', 1n],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
  ])('that JSON can not hold is an error that names its type: %s', async (type, value) => {
    const place = Array.isArray(value) ? ' as 0' : '';
    await expect(run(value)).rejects.toMatchObject({
      code: 'tool-result',
      message: expect.stringContaining(`reserve_table returned ${type}${place}, which JSON can't hold`),
    });
    if (typeof value === 'function' || typeof value === 'symbol') return;
    await expect(run({ found: { rooms: value } })).rejects.toMatchObject({ code: 'tool-result' });
  });

  it('that holds itself is an error', async () => {
    await expect(run(circular)).rejects.toMatchObject({ code: 'tool-result' });
  });

  it('is what JSON makes of it, where that is all of it', async () => {
    const opensAt = new Date(0);
    expect(await run({ opensAt, room: new Room(), url: new URL('https://a.example'), count: Object(5) })).toEqual({
      opensAt: '1970-01-01T00:00:00.000Z',
      room: { seats: 4 },
      url: 'https://a.example/',
      count: 5,
    });
    expect(await run({ kept: 1, left: undefined, call: () => 1 })).toEqual({ kept: 1 });
    expect(await run({})).toEqual({});
    expect(await run(Object.create(null))).toEqual({});
  });

  it('of a generator is what it gave last', async () => {
    const yielding = async function* () {
      yield { step: 1 };
      yield { step: 2 };
    };
    expect(await run(yielding())).toEqual({ step: 2 });
    expect(
      await run(
        (function* () {
          yield 1;
          return 2;
        })(),
      ),
    ).toBe(2);
    expect(await run((async function* () {})())).toBeNull();
  });

  it('of a generator that goes on for ever ends with the call, which closes it', async () => {
    const ending = new AbortController();
    let isClosed = false;
    const endless = async function* () {
      try {
        for (let step = 0; ; step++) {
          if (step === 3) ending.abort(new ToolError('tool-timeout', 'too late'));
          yield step;
        }
      } finally {
        isClosed = true;
      }
    };
    await expect(run(endless(), ending.signal)).rejects.toMatchObject({ code: 'tool-timeout' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(true);
  });
});
