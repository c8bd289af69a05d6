// Calls to a collector, as OTLP over HTTP. A collector that is down, slow or refuses costs spans, which are counted,
// and no call.

import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { CallSink, SpanCounts } from '../store/call-sink.ts';
import { createCallSpans } from './call-spans.ts';

export interface SpanExport extends CallSink {
  readonly counts: SpanCounts;
  /** Sends what waits, once; what does not leave in time is dropped. */
  close(): Promise<void>;
}

export interface SpanExportOptions {
  /** The collector's address: /v1/traces is added. Headers come from OTEL_EXPORTER_OTLP_HEADERS. */
  readonly url: URL;
  /** The version that names itself. */
  readonly version: string;
  /** Spans that wait or are on their way; more are dropped. @default 4096 */
  readonly maxSpans?: number;
  /** How long a batch is collected before it is sent. @default 1000 */
  readonly delayMs?: number;
  /** How long the collector may take for a batch, all tries together. @default 5000 */
  readonly timeoutMs?: number;
  /** One line when the collector begins to fail, one when it takes spans again. */
  readonly warn: (line: string) => void;
}

/** Small, so that turning a batch into JSON holds up no audio. */
const MAX_BATCH_SPANS = 128;
const EXPORTED_CODE = 0;

export function createSpanExport(options: SpanExportOptions): SpanExport {
  const { url, version, warn, maxSpans = 4096, delayMs = 1000, timeoutMs = 5000 } = options;
  let countWaiting = 0;
  let countExported = 0;
  let countDropped = 0;
  let isFailing = false;
  let isClosed = false;

  function settle(count: number, error: string | undefined): void {
    if (isClosed) return;
    countWaiting -= count;
    if (error === undefined) countExported += count;
    else countDropped += count;
    if (isFailing === (error !== undefined)) return;
    isFailing = error !== undefined;
    warn(
      isFailing
        ? `${url.origin} takes no spans (${error}); calls go on without`
        : `${url.origin} takes spans again; ${countDropped} were dropped`,
    );
  }

  const path = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
  const collector = new OTLPTraceExporter({ url: new URL(path, url).href, timeoutMillis: timeoutMs });
  const counting: SpanExporter = {
    export: (spans, done) =>
      collector.export(spans, (result) => {
        settle(spans.length, result.code === EXPORTED_CODE ? undefined : (result.error?.message ?? 'no reason given'));
        done(result);
      }),
    shutdown: () => collector.shutdown(),
  };
  const batches = new BatchSpanProcessor(counting, {
    maxExportBatchSize: MAX_BATCH_SPANS,
    // Never full: what is beyond the bound doesn't get here.
    maxQueueSize: maxSpans + MAX_BATCH_SPANS,
    scheduledDelayMillis: delayMs,
    exportTimeoutMillis: 2 * timeoutMs,
  });
  const bounded: SpanProcessor = {
    onStart: () => undefined,
    onEnd(span) {
      if (countWaiting >= maxSpans) {
        countDropped++;
        return;
      }
      countWaiting++;
      batches.onEnd(span);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'repartee', 'service.version': version }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [bounded],
  });
  const tracer = provider.getTracer('repartee', version);
  let closed: Promise<void> | undefined;

  return {
    get counts() {
      return { countExported, countDropped };
    },
    open(callId, header) {
      const spans = createCallSpans(tracer, { ...header, callId });
      return { append: spans.append, close: async () => spans.close() };
    },
    close() {
      closed ??= provider
        .shutdown()
        .catch(() => undefined)
        .then(() => {
          isClosed = true;
          countDropped += countWaiting;
        });
      return closed;
    },
  };
}
