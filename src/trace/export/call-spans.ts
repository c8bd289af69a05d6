// The events of one call in, spans of OpenTelemetry out, by its conventions for voice agents. No word that was said is
// in them.

import {
  type Attributes,
  type Context,
  type HrTime,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { CallHeader, UnstampedEvent } from '../format/call-file.ts';
import type { OpenTrace } from '../store/call-sink.ts';

type Event<Type extends UnstampedEvent['type']> = Extract<UnstampedEvent, { type: Type }>;
type TurnEvent = Extract<UnstampedEvent, { turn: number }>;

interface OpenTurn {
  readonly span: Span;
  readonly context: Context;
  readonly drafts: Map<number, Span>;
  readonly tools: Map<string, Span>;
  /** In the order in which they went to text-to-speech, as they come back. */
  readonly clauses: Span[];
  stt: Span | undefined;
  /** The newest event of its own. */
  lastMs: number;
  hasText: boolean;
  /** The reply is over: only its figures are still to come. */
  isOver: boolean;
}

/** One trace: the call, its turns, and what each of them waited for or prepared. */
export function createCallSpans(
  tracer: Tracer,
  header: Omit<CallHeader, 'type' | 'version'>,
): Omit<OpenTrace, 'close'> & { close(): void } {
  const startMs = Date.parse(header.startedAt ?? '') || 0;
  const conversation = { 'gen_ai.conversation.id': header.callId };
  const turns = new Map<number, OpenTurn>();
  let newestEnded = -1;
  let lastMs = 0;

  const call = tracer.startSpan(
    `call ${header.agent}`,
    {
      root: true,
      startTime: toTime(0),
      attributes: {
        ...conversation,
        'gen_ai.agent.name': header.agent,
        'repartee.agent.hash': header.agentHash,
        'repartee.model.hash': header.modelHash,
        'repartee.effort': header.effort,
        'repartee.machine': header.machine,
      },
    },
    ROOT_CONTEXT,
  );
  const inCall = trace.setSpan(ROOT_CONTEXT, call);

  /** To the microsecond: a number alone would be rounded to less. */
  function toTime(atMs: number): HrTime {
    const us = Math.round((startMs + atMs) * 1000);
    return [Math.floor(us / 1e6), (us % 1e6) * 1000];
  }

  function start(operation: string, subject: string, context: Context, atMs: number, attributes: Attributes): Span {
    const name = subject === '' ? operation : `${operation} ${subject}`;
    const all = {
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': 'repartee',
      ...conversation,
      ...attributes,
    };
    return tracer.startSpan(name, { startTime: toTime(atMs), attributes: all }, context);
  }

  function turnAt(turn: number, atMs: number): OpenTurn {
    const known = turns.get(turn);
    if (known !== undefined) return known;
    for (const [other, open] of turns) if (open.isOver || other < turn - 1) endTurn(other, open);
    const span = start('invoke_agent', header.agent, inCall, atMs, {
      'gen_ai.agent.name': header.agent,
      'gen_ai.output.type': header.hasAudio ? 'speech' : 'text',
      'repartee.turn': turn,
    });
    const fresh: OpenTurn = {
      span,
      context: trace.setSpan(inCall, span),
      drafts: new Map(),
      tools: new Map(),
      clauses: [],
      stt: undefined,
      lastMs: atMs,
      hasText: false,
      isOver: false,
    };
    turns.set(turn, fresh);
    return fresh;
  }

  function endTurn(turn: number, { span, drafts, tools, clauses, stt, lastMs: atMs }: OpenTurn): void {
    turns.delete(turn);
    newestEnded = Math.max(newestEnded, turn);
    for (const open of [...drafts.values(), ...tools.values(), ...clauses]) open.end(toTime(atMs));
    stt?.end(toTime(atMs));
    span.end(toTime(atMs));
  }

  function note(open: OpenTurn, event: TurnEvent, atMs: number): void {
    switch (event.type) {
      case 'speech.started':
      case 'transcript.updated':
        open.stt ??= start('speech_to_text', '', open.context, atMs, {});
        return;
      case 'turn.committed':
        open.stt?.end(toTime(atMs));
        open.stt = undefined;
        open.span.addEvent('repartee.turn.committed', { 'repartee.is_hit': event.isHit }, toTime(atMs));
        return;
      case 'turn.taken-back':
        open.span.addEvent('repartee.turn.taken_back', toTime(atMs));
        return;
      case 'reply.updated':
        if (!open.hasText) open.span.addEvent('repartee.first_text', toTime(atMs));
        open.hasText = true;
        return;
      case 'audio.started':
        open.span.addEvent('repartee.first_audio', toTime(atMs));
        return;
      case 'draft.started':
        open.drafts.set(
          event.draft,
          start('chat', '', open.context, atMs, {
            'repartee.draft': event.draft,
            'repartee.draft.cause': event.cause,
            'repartee.draft.previous': event.previous,
          }),
        );
        return;
      case 'draft.stepped':
        open.drafts
          .get(event.draft)
          ?.setAttributes({ 'repartee.draft.act': event.act, 'repartee.draft.forwards': event.step });
        return;
      case 'draft.ended':
        endDraft(open, event, atMs);
        return;
      case 'tool.started':
        open.tools.set(
          event.name,
          start('execute_tool', event.name, open.context, atMs, {
            'gen_ai.tool.name': event.name,
            'gen_ai.tool.type': 'function',
            'repartee.tool.is_speculative': event.speculative,
          }),
        );
        return;
      case 'tool.ended':
        endTool(open, event, atMs);
        return;
      case 'clause.cut':
        open.clauses.push(start('text_to_speech', '', open.context, atMs, { 'gen_ai.output.type': 'speech' }));
        return;
      case 'clause.spoken':
        open.clauses.shift()?.setAttribute('repartee.speech_ms', event.lengthMs).end(toTime(atMs));
        return;
      case 'turn.measured':
        open.span.setAttributes(toFigures(event));
        // Known only now, but it has the time that it was.
        if (event.userSpeechEndedMs !== undefined)
          open.span.addEvent('repartee.user_speech_ended', toTime(event.userSpeechEndedMs));
        return;
      case 'reply.ended':
        open.isOver = true;
        open.span.setAttribute('gen_ai.agent.invocation.end_reason', event.interrupted ? 'interrupted' : 'completed');
        return;
      default:
    }
  }

  function endDraft({ drafts }: OpenTurn, event: Event<'draft.ended'>, atMs: number): void {
    drafts.get(event.draft)?.setAttributes({
      'repartee.draft.outcome': event.outcome,
      'repartee.draft.model_us': event.modelUs,
      'repartee.draft.saved_us': event.savedUs,
      'repartee.draft.needed_us': event.neededUs,
      'repartee.draft.wasted_us': event.wastedUs,
    });
    drafts.get(event.draft)?.end(toTime(atMs));
    drafts.delete(event.draft);
  }

  /** A run that was started on a draft ends twice: when it returns, and when its turn adopts it. */
  function endTool({ tools, span }: OpenTurn, { name, error, speculative }: Event<'tool.ended'>, atMs: number): void {
    const tool = tools.get(name);
    tools.delete(name);
    if (!speculative) span.addEvent('repartee.tool.used', { 'gen_ai.tool.name': name }, toTime(atMs));
    if (error !== undefined) tool?.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', 'tool_failed');
    tool?.end(toTime(atMs));
  }

  return {
    append(event, atMs) {
      lastMs = Math.max(lastMs, atMs);
      if (event.type === 'error') call.addEvent('repartee.error', { 'error.type': event.code }, toTime(lastMs));
      else if (event.type === 'call.closed') call.setAttribute('repartee.close_reason', event.reason);
      if (!('turn' in event) || event.type === 'playback.position' || event.type === 'draft.changed') return;
      // What comes too late for its turn must not begin it again.
      if (event.turn <= newestEnded && !turns.has(event.turn)) return;
      const open = turnAt(event.turn, lastMs);
      open.lastMs = lastMs;
      note(open, event, lastMs);
    },
    close() {
      for (const [turn, open] of turns) {
        if (!open.isOver) open.span.setAttribute('gen_ai.agent.invocation.end_reason', 'session_closed');
        endTurn(turn, open);
      }
      call.end(toTime(lastMs));
    },
  };
}

function toFigures({
  draft,
  firstTextMs,
  firstAudioMs,
  totalMs,
  forwards,
  steps,
  partsUs,
  loop,
}: Event<'turn.measured'>): Attributes {
  const parts = Object.entries(partsUs).map(([stage, us]): [string, number] => [`repartee.ledger.${stage}_us`, us]);
  return {
    'repartee.draft.use': draft,
    'repartee.first_text_ms': firstTextMs,
    'repartee.first_audio_ms': firstAudioMs,
    'repartee.total_ms': totalMs,
    'repartee.forwards': forwards,
    'repartee.steps': steps,
    ...Object.fromEntries(parts),
    'repartee.loop.alone_us': loop?.aloneUs,
    'repartee.loop.waited_us': loop?.waitedUs,
    'repartee.loop.saved_us': loop?.savedUs,
  };
}
