// The fields that several events have, and what a redaction does to them.

import { z } from 'zod';
import { eventLimits } from './limits.ts';

/**
 * What becomes of a field's value where words are not to be written down. A field that isn't here is written as it is.
 */
export const redactions = z.registry<{ readonly redact: 'cover' | 'leave-out' }>();

/** The field holds what somebody said, or what a tool was asked and answered: a redaction covers its letters. */
export function covered<S extends z.ZodType>(field: S): S {
  redactions.add(field, { redact: 'cover' });
  return field;
}

/** What is covered could be guessed from the field: a redaction leaves it out. */
export function leftOut<S extends z.ZodType>(field: S): S {
  redactions.add(field, { redact: 'leave-out' });
  return field;
}

/** Turns are the caller's, from 1 on; turn 0 is the greeting. */
export const turn = z.int().min(0);
export const callerTurn = z.int().min(1);
/** The request that the machine made of the model; counts up through a call. */
export const draft = z.int().min(1);
export const atMs = z.number().min(0);
export const us = z.int().min(0);
export const act = z.enum(['say', 'call', 'wait']);
export const probability = z.number().min(0).max(1);
/** What was said or written by anybody. */
export const words = covered(z.string());
/** What a tool is called with. */
export const args = covered(z.record(z.string(), z.unknown()));
/**
 * For how long the caller had made no sound when this was sent: the ledger's zero lies so far back.
 * @default unknown
 */
export const silentMs = z.number().min(0).exactOptional();
/** Where the wire is to take a caller whom the agent gave away, and what whoever answers there should know. */
export const transfer = z.strictObject({ to: z.string(), note: z.string().exactOptional() });

const party = z.string().min(1).max(eventLimits.partyLength).optional();
/** Who calls whom, as far as the wire tells. On the phone numbers as the network writes them: "+15550100". */
export const parties = { from: party, to: party, direction: z.enum(['inbound', 'outbound']).optional() };
