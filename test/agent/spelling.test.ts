import { expect, it } from 'vitest';
import { joinSpelled } from '../../agents/kit/spelling.ts';

it.each([
  ['m a y e r', 'Mayer'],
  ['M-A-Y-E-R', 'Mayer'],
  ['M. A. Y. E. R.', 'Mayer'],
  ['m as in mike a y e r', 'Mayer'],
  ['doctor m for mike a like alpha y e r', 'doctor Mayer'],
  ['m i double l e r', 'Miller'],
  ['meyer m a y e r', 'Mayer'],
  ['doctor meyer, m a y e r', 'doctor Mayer'],
  ['dr l e o n a sandoval', 'dr Leona sandoval'],
  ['Los Gatos Dental', 'Los Gatos Dental'],
  ['plan b', 'plan b'],
  ['Jean-Luc', 'Jean-Luc'],
  ['o k for you', 'Ok for you'],
  ['', ''],
])('reads "%s" as "%s"', (text, expected) => {
  expect(joinSpelled(text)).toBe(expected);
});
