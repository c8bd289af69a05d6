// The figures of `repartee bench engine`, and them as text.
import type { PartFigures } from './engine-parts.ts';
import type { ReplyFigures } from './engine-replies.ts';
import type { Machine } from './machine.ts';

/** Why a part could not be measured. */
export interface Missing {
  readonly why: string;
}

export interface LoadFigures {
  readonly calls: number;
  readonly countTurns: number;
  /** Until the first words of a committed turn, without drafts, and beside five times as many as usual. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly p50MsWithDrafts: number | null;
  readonly p99MsWithDrafts: number | null;
}

export interface RivalFigures {
  /** On two threads. */
  readonly msPerToken: number | null;
  readonly msPerTokenOneThread: number | null;
}

export interface EngineBench {
  readonly settings: {
    readonly machine: Machine;
    readonly device: string;
    readonly threads: number;
    readonly rounds: number;
    readonly contextTokensP50: number | null;
    /** When it began, and when it ended. */
    readonly loadAverages: readonly [number, number];
    readonly seconds: number;
  };
  readonly replies: readonly ReplyFigures[];
  /** A word more of the caller, the last draft repaired, at effort low. */
  readonly partial: PartFigures;
  readonly prefill512: Omit<PartFigures, 'forwards'>;
  /** Of four arguments, at effort low. */
  readonly toolCall: PartFigures & { readonly tokens: number; readonly constrainMsPerForward: number };
  readonly autoregressive: { readonly msPerToken: number | null };
  readonly llamaCpp:
    | Missing
    | {
        readonly release: string;
        readonly q8: RivalFigures;
        readonly q4: RivalFigures;
        /**
         * Share of the tokens of effort autoregressive that Q8_0 would have chosen as well: the weights are the same.
         */
        readonly sameAsAr: number;
      };
  readonly ratios: { readonly llamaCppQ8At32: number | null };
  readonly load: LoadFigures | Missing;
  readonly memoryPerCallMb: number;
}

export function renderEngine(bench: EngineBench): string {
  const { settings, replies, partial, prefill512, toolCall, autoregressive, llamaCpp, ratios, load } = bench;
  const { machine } = settings;
  const row = (cells: readonly (string | number | null)[]) => `| ${cells.join(' | ')} |\n`;
  const head = [
    'tokens',
    'effort',
    'ms p50',
    'p10',
    'p90',
    'first words ms p50',
    'written',
    'forwards',
    'tokens a forward',
  ];
  const more = ['accepted a forward', 'constrain ms a forward', 'same as autoregressive', 'replies'];
  return [
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${settings.device}, ${settings.threads} threads, load average `,
    `${settings.loadAverages.join(' to ')}, ${machine.date}; contexts of ${settings.contextTokensP50} tokens (median)\n\n`,
    row([...head, ...more]),
    row([...head, ...more].map(() => '---')),
    ...replies.map((one) =>
      row([
        one.tokens,
        one.effort,
        one.ms.p50,
        one.ms.p10,
        one.ms.p90,
        one.firstWordsMsP50,
        one.tokensWritten,
        one.forwards,
        one.tokensPerForward,
        one.acceptedPerForward,
        one.constrainMsPerForward,
        one.sameAsAr,
        one.countReplies,
      ]),
    ),
    `\npartial, draft repaired: ${partial.msP50} ms p50, ${partial.msP90} p90, ${partial.forwards} forwards\n`,
    `prefill of 512 tokens: ${prefill512.msP50} ms p50\n`,
    `tool call of 4 arguments: ${toolCall.msP50} ms p50, ${toolCall.msP90} p90, ${toolCall.tokens} tokens, ${toolCall.forwards} forwards, `,
    `constraints ${toolCall.constrainMsPerForward} ms a forward\n`,
    `token by token: ${autoregressive.msPerToken} ms a token\n`,
    'why' in llamaCpp
      ? `llama.cpp: not measured, ${llamaCpp.why}\n`
      : [
          `llama.cpp (${llamaCpp.release}): Q8_0 ${llamaCpp.q8.msPerToken} ms a token on two threads, ${llamaCpp.q8.msPerTokenOneThread} on one; `,
          `Q4_0 ${llamaCpp.q4.msPerToken} and ${llamaCpp.q4.msPerTokenOneThread}; Q8_0 would have chosen ${llamaCpp.sameAsAr} of the tokens of autoregressive\n`,
          `low against Q8_0 on two threads, replies of 32 tokens: ${ratios.llamaCppQ8At32} times faster\n`,
        ].join(''),
    'why' in load
      ? `load: not measured, ${load.why}\n`
      : [
          `${load.calls} calls at once, ${load.countTurns} turns: first words ${load.p50Ms} ms p50, ${load.p99Ms} p99; beside five times the usual drafts `,
          `${load.p50MsWithDrafts} p50, ${load.p99MsWithDrafts} p99\n`,
        ].join(''),
    `memory a call at 1,024 tokens: ${bench.memoryPerCallMb} MB\n`,
  ].join('');
}
