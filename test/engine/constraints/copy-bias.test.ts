import { describe, expect, it } from 'vitest';
import { createCopyBias } from '../../../src/engine/constraints/copy-bias.ts';

const texts = ['O', 'B', 'olinas', 'pin', '",', '"}', '1', '3', ' Bo', '"'] as const;
type Text = (typeof texts)[number];
const ids = (...of: readonly Text[]) => of.map((text) => texts.indexOf(text));

/** Log probabilities of the texts named; all others are far off. */
function toRow(of: Partial<Record<Text, number>>): Float32Array {
  return Float32Array.from(texts, (text) => of[text] ?? -30);
}

function begun(dialogue: readonly string[], ...taken: readonly Text[]) {
  const copyBias = createCopyBias({
    decode: (some) => some.map((id) => texts[id] ?? '').join(''),
    dialogue: () => dialogue,
  });
  copyBias.begin();
  for (const id of ids(...taken)) copyBias.take(id);
  const toDialogue = (row: Partial<Record<Text, number>>, mayCome: (id: number) => boolean = () => true) => {
    const logP = toRow(row);
    return texts[copyBias.toDialogue(logP.indexOf(Math.max(...logP)), logP, mayCome)];
  };
  const toEnd = (row: Partial<Record<Text, number>>, ...fixed: readonly Text[]) => {
    const logP = toRow(row);
    return texts[copyBias.toEnd(logP.indexOf(Math.max(...logP)), logP, ids(...fixed))];
  };
  return { toDialogue, toEnd };
}

describe('a value', () => {
  const weather = ['the weather in bolinas for march 3'];

  it('begins as a word of the dialogue that is nearly as likely as the likeliest token', () => {
    expect(begun(weather).toDialogue({ O: -0.5, B: -2 })).toBe('B');
    expect(begun(weather).toDialogue({ O: -0.5, B: -9 })).toBe('O');
  });

  it('goes on as the dialogue does once it has begun so', () => {
    expect(begun(weather, 'B').toDialogue({ pin: -0.5, olinas: -2 })).toBe('olinas');
  });

  it('does not end within a word of the dialogue', () => {
    expect(begun(weather, 'B').toDialogue({ '",': -0.5, olinas: -2 })).toBe('olinas');
    expect(begun(weather, 'B', 'olinas').toDialogue({ '",': -0.5, pin: -2 })).toBe('",');
  });

  it('stays as the model wants it where it is already no copy', () => {
    expect(begun(weather, 'O').toDialogue({ pin: -0.5, olinas: -0.6 })).toBe('pin');
  });

  it('stays a copy that begins with a blank', () => {
    expect(begun(weather).toDialogue({ ' Bo': -0.5, B: -0.6 })).toBe(' Bo');
  });

  it('takes no digit from the dialogue and gives none up: dates are written in another form', () => {
    expect(begun(weather).toDialogue({ '1': -0.5, '3': -0.6 })).toBe('1');
    expect(begun(weather).toDialogue({ O: -0.5, '3': -0.6 })).toBe('O');
  });

  it('takes nothing that may not come', () => {
    expect(begun(weather).toDialogue({ O: -0.5, B: -0.6 }, (id) => texts[id] !== 'B')).toBe('O');
  });

  it('is the likeliest where nobody has said anything', () => {
    expect(begun([]).toDialogue({ O: -0.5, B: -0.6 })).toBe('O');
  });
});

describe('the arguments', () => {
  it('end where another one is hardly likelier', () => {
    expect(begun([]).toEnd({ '",': -0.5, '"}': -1.2 }, '",', '"}')).toBe('"}');
  });

  it('go on where another one is much likelier, or they may not end', () => {
    expect(begun([]).toEnd({ '",': -0.1, '"}': -2 }, '",', '"}')).toBe('",');
    expect(begun([]).toEnd({ '",': -0.5 }, '",')).toBe('",');
  });

  it('leave a comma alone that belongs to a text', () => {
    expect(begun([]).toEnd({ '",': -0.5, '"}': -0.6 }, '"}')).toBe('",');
  });
});
