// What an agent may ask of its call, checked when it asks: the wire could only drop what it can't do. Knows no wire.

import { ToolError } from '../errors.ts';
import { show } from './invalid.ts';
import { toTransferTarget } from './transfer-target.ts';

/** Throws ToolError `action-invalid`. */
export function checkTransfer(to: string): string {
  const isTarget = typeof to === 'string' && toTransferTarget(to) !== undefined;
  return checked(isTarget, 'transfer', to, 'a number (+15550100), sip:desk@example.com or client:NAME');
}

/** Throws ToolError `action-invalid`. */
export function checkDigits(digits: string): string {
  return checked(
    /^[0-9*#A-Dw]+$/.test(digits),
    'sendDigits',
    digits,
    'keys: 0 to 9, *, #, A to D, and w for half a second',
  );
}

/** Throws ToolError `action-invalid`. */
export function checkLanguage(language: string): string {
  return checked(isLanguage(language), 'setLanguage', language, 'a language as BCP 47 has it: en-US, es');
}

/** Throws ToolError `action-invalid`. */
export function checkSource(source: string): string {
  return checked(typeof source === 'string' && source.trim() !== '', 'play', source, 'the address of a sound file');
}

/** Throws ToolError `action-invalid`. */
export function checkWords(action: string, words: string): string {
  return checked(typeof words === 'string' && words.trim() !== '', action, words, 'words').trim();
}

const MAX_LINE_LENGTH = 1000;

/** Throws ToolError `action-invalid`. */
export function checkLine(text: string): string {
  const line = checkWords('say', text);
  if (line.length <= MAX_LINE_LENGTH) return line;
  throw new ToolError(
    'action-invalid',
    `say got ${line.length} characters, expected ${MAX_LINE_LENGTH} at most: say it in several lines`,
  );
}

function checked(isFit: boolean, action: string, value: string, expected: string): string {
  if (isFit) return value;
  throw new ToolError('action-invalid', `${action} got ${show(value)}, expected ${expected}`);
}

function isLanguage(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}
