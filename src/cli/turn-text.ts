// One turn of a call as lines for a terminal.

import { styleText } from 'node:util';
import type { TurnRecord } from '../playback/turn-log.ts';
import { describeBills } from '../trace/format/bills.ts';
import { renderLedger } from './ledger-text.ts';

const LABEL_WIDTH = 7;
const RESULT_LENGTH = 100;

export function renderTurn(turn: TurnRecord, hasColour: boolean): string[] {
  const lines: string[] = [];
  if (turn.caller !== '') lines.push(labelled('caller', turn.caller, hasColour));
  for (const { name, arguments: args, result, error, speculative } of turn.tools) {
    const outcome = error === undefined ? clip(JSON.stringify(result) ?? 'nothing') : `failed: ${error}`;
    const note = speculative ? ' (on a draft)' : '';
    lines.push(labelled('tool', `${name} ${JSON.stringify(args)} → ${outcome}${note}`, hasColour));
  }
  if (turn.reply !== '' || !turn.interrupted) lines.push(labelled('agent', turn.reply || '(silence)', hasColour));
  if (turn.interrupted) lines.push(labelled('', `interrupted; heard: "${turn.heard}"`, hasColour));
  for (const code of turn.errors) lines.push(labelled('error', code, hasColour));
  for (const line of turn.measured === undefined ? [] : renderLedger(turn.measured, hasColour))
    lines.push(labelled('', line, hasColour));
  if (turn.bills !== undefined) lines.push(labelled('paid', describeBills(turn.bills), hasColour));
  return lines;
}

function labelled(label: string, text: string, hasColour: boolean): string {
  const padded = label.padStart(LABEL_WIDTH);
  return `${hasColour ? styleText('dim', padded) : padded}  ${text}`;
}

function clip(text: string): string {
  return text.length <= RESULT_LENGTH ? text : `${text.slice(0, RESULT_LENGTH - 1)}…`;
}
