import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ANY_PHONE, alignWords, findVoiced, parsePhones } from '../../../src/tts/flite/flite-words.ts';

const PRINTED =
  'pau:0.150 hh:0.200 ay:0.300 pau:0.400 d:0.450 aa:0.500 k:0.550 t:0.600 er:0.650 l:0.700 iy:0.800 pau:0.960 \n';

it('reads the printed sounds', () => {
  expect(parsePhones('pau:0.150 hh:0.2 \n')).toEqual([
    { name: 'pau', endMs: 150 },
    { name: 'hh', endMs: 200 },
  ]);
  expect(findVoiced(parsePhones(PRINTED))).toEqual({ startMs: 150, endMs: 800 });
  expect(findVoiced(parsePhones('pau:0.186'))).toBeUndefined();
});

it('gives every word its sounds, though some sound otherwise alone', () => {
  const words = alignWords(
    parsePhones(PRINTED),
    ['Hi,', '—', 'Dr.', 'Lee'],
    [['hh', 'ay'], [], ['d', 'r', 'ay', 'v'], ['l', 'iy']],
  );
  expect(words).toEqual([
    { text: 'Hi,', startMs: 150, endMs: 300 },
    { text: '—', startMs: 300, endMs: 300 },
    { text: 'Dr.', startMs: 400, endMs: 650 },
    { text: 'Lee', startMs: 650, endMs: 800 },
  ]);
});

it('lets a sound that is not known fit any', () => {
  const phones = parsePhones('pau:0.100 a:0.200 y:0.300 c:0.400 pau:0.500');
  const words = alignWords(phones, ['A', 'Xyz', 'B', 'C'], [['a'], [ANY_PHONE], ['b'], ['c']]);
  expect(words.map((word) => word.endMs)).toEqual([200, 300, 300, 400]);
});

it('covers the voiced part in order, whatever the sounds', () => {
  const sound = fc.constantFrom('a', 'b', 'c', ANY_PHONE);
  const phone = fc.record({ name: fc.constantFrom('pau', 'a', 'b', 'c'), lengthMs: fc.integer({ min: 1, max: 100 }) });
  fc.assert(
    fc.property(fc.array(phone), fc.array(fc.array(sound, { maxLength: 5 }), { minLength: 1 }), (lengths, sounds) => {
      let endMs = 0;
      const phones = lengths.map(({ name, lengthMs }) => {
        endMs += lengthMs;
        return { name, endMs };
      });
      const words = alignWords(
        phones,
        sounds.map((_, index) => `w${index}`),
        sounds,
      );
      const voiced = findVoiced(phones);
      expect(words).toHaveLength(sounds.length);
      let lastMs = voiced?.startMs ?? 0;
      for (const word of words) {
        expect(word.startMs).toBeGreaterThanOrEqual(lastMs);
        expect(word.endMs).toBeGreaterThanOrEqual(word.startMs);
        lastMs = word.endMs;
      }
      if (voiced !== undefined && words.some((word) => word.endMs > word.startMs)) {
        expect(words.find((word) => word.endMs > word.startMs)?.startMs).toBe(voiced.startMs);
        expect(lastMs).toBe(voiced.endMs);
      }
    }),
  );
});
