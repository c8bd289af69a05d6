import { expect, it } from 'vitest';
import { countFrames, frameAt, fromWav, toFrameSamples } from '../../src/audio/pcm.ts';
import { toWav } from '../support/pcm.ts';

it('cuts samples into frames of 20 ms, the last one filled up with silence', () => {
  const samples = new Int16Array(700).fill(7);
  const length = toFrameSamples(16_000);
  expect(length).toBe(320);
  expect(countFrames(samples, length)).toBe(3);
  expect(frameAt(samples, 1, length).buffer).toBe(samples.buffer);
  const last = frameAt(samples, 2, length);
  expect(last).toHaveLength(320);
  expect([...last.slice(58, 62)]).toEqual([7, 7, 0, 0]);
});

it('reads the samples of a WAV file', () => {
  const samples = Int16Array.of(1, -2, 32_767, -32_768);
  expect(fromWav(toWav(samples, 16_000))).toEqual(samples);
});

it('finds the samples behind other chunks, and none where there are none', () => {
  const file = toWav(Int16Array.of(5, 6), 8000);
  const withList = new Uint8Array(file.length + 12);
  withList.set(file.subarray(0, 36));
  withList.set(Buffer.from('LIST\x04\0\0\0abcd'), 36);
  withList.set(file.subarray(36), 48);
  expect(fromWav(withList)).toEqual(Int16Array.of(5, 6));
  expect(fromWav(file.subarray(0, 36))).toBeUndefined();
  expect(fromWav(new Uint8Array(0))).toBeUndefined();
});
