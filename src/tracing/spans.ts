import { type Attributes, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { codeOf } from '../metrics/observed-call.js';

/**
 * Runs `work` in a span of its own, where a traced run is under way; else only runs it. Attributes are names of the
 * configuration and counts: what a mail says never leaves in a span, nor does the text of an error.
 */
export async function inSpan<Result>(
  name: string,
  attributes: Attributes,
  work: () => Promise<Result>,
): Promise<Result> {
  if (trace.getActiveSpan() === undefined) return work();
  return trace.getTracer('lurewatch').startActiveSpan(name, { kind: SpanKind.CLIENT, attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setAttribute('lurewatch.code', codeOf(error));
      span.setStatus({ code: SpanStatusCode.ERROR, message: codeOf(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}
