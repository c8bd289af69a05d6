import { expect, it } from 'vitest';
import { readOpenCall } from '../../../src/engine/proposals/open-call.ts';

it('knows the tool, the argument that is written and how far its value is', () => {
  expect(readOpenCall(' book {"day": "2026-0')).toEqual({
    tool: 'book',
    key: 'day',
    value: '2026-0',
    isText: true,
    done: [],
  });
  expect(readOpenCall(' book {"people": 1')).toMatchObject({ key: 'people', value: '1', isText: false });
});

it('knows what is written of a name that is not whole', () => {
  expect(readOpenCall(' book_')).toMatchObject({ tool: undefined, key: undefined, value: ' book_' });
  expect(readOpenCall(' book {"day": "monday", "peo')).toMatchObject({
    key: undefined,
    value: 'peo',
    isText: true,
    done: [['day', 'monday']],
  });
});

it('lists arguments that are whole, signs of JSON in their texts or not', () => {
  const { key, done } = readOpenCall(' book {"name": "a \\"b\\", {c}", "people": 2, "urgent": true}');
  expect(key).toBeUndefined();
  expect(done).toEqual([
    ['name', 'a \\"b\\", {c}'],
    ['people', '2'],
    ['urgent', 'true'],
  ]);
});

it('keeps the key of a list for each of its items, and takes keys within', () => {
  expect(readOpenCall(' order {"items": ["tea", "cof')).toMatchObject({
    key: 'items',
    value: 'cof',
    done: [['items', 'tea']],
  });
  expect(readOpenCall(' order {"items": [{"id": "a1", "size": "sm')).toMatchObject({
    key: 'size',
    value: 'sm',
    done: [['id', 'a1']],
  });
});

it('reads an object without a name before it', () => {
  expect(readOpenCall('{"day": "mon')).toMatchObject({ tool: '', key: 'day', value: 'mon' });
});
