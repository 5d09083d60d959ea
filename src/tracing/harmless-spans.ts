import { type Attributes, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

/** What may leave this process: ids of Temporal and of alerts, names of the configuration, counts, codes. */
const allowed = /^(?:lurewatch\.\w+|workflowId|runId|workflowType|temporalWorkflowId|run_id|temporalActivityId)$/;
const errorCode = /\bLW_[A-Z0-9_]+\b/;

/**
 * Lets spans out without what a server or a sender may have written: Temporal's own interceptors put the text of errors
 * into them, and everything that a workflow has in its memo and search attributes.
 */
export class HarmlessSpans implements SpanExporter {
  readonly #exporter: SpanExporter;

  constructor(exporter: SpanExporter) {
    this.#exporter = exporter;
  }

  export(...[spans, done]: Parameters<SpanExporter['export']>): void {
    this.#exporter.export(spans.map(harmless), done);
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}

/** Also used for the spans of workflows, which come from their sandbox as plain data. */
export function harmless(span: ReadableSpan): ReadableSpan {
  const { status } = span;
  const code = codeIn(span);
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => span.spanContext(),
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
    startTime: span.startTime,
    endTime: span.endTime,
    status: status.code === SpanStatusCode.ERROR ? { code: status.code, message: code } : { code: status.code },
    attributes: {
      ...allowedOf(span.attributes),
      ...(status.code === SpanStatusCode.ERROR ? { 'lurewatch.code': code } : {}),
    },
    links: span.links,
    events: [],
    duration: span.duration,
    ended: span.ended,
    resource: span.resource,
    instrumentationLibrary: span.instrumentationLibrary,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}

function allowedOf(attributes: Attributes): Attributes {
  const plain = Object.entries(attributes).filter(
    ([key, value]) => allowed.test(key) && ['string', 'number', 'boolean'].includes(typeof value),
  );
  return Object.fromEntries(plain);
}

/** Every error of ours ends in its code. */
function codeIn({ status, attributes }: ReadableSpan): string {
  const known = attributes['lurewatch.code'];
  return typeof known === 'string' ? known : (errorCode.exec(status.message ?? '')?.[0] ?? 'OTHER');
}
