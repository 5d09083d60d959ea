import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SpanStatusCode } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { HarmlessSpans } from '../../src/tracing/harmless-spans.js';

/** A span as it leaves the process. */
function sent(
  make: (span: ReturnType<ReturnType<BasicTracerProvider['getTracer']>['startSpan']>) => void,
): ReadableSpan {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new HarmlessSpans(exporter))] });
  const span = provider.getTracer('test').startSpan('sink.send');
  make(span);
  span.end();
  const [only] = exporter.getFinishedSpans();
  assert.ok(only);
  return only;
}

describe('spans that leave the process', () => {
  it('keep ids, names and counts, and lose every attribute that nobody thought of', () => {
    const { name, attributes, parentSpanId } = sent((span) => {
      span.setAttributes({
        'lurewatch.sink': 'cases',
        'lurewatch.count': 3,
        workflowId: 'deliver-soc-abc',
        runId: 'r',
      });
      span.setAttributes({
        memo: 'INBOX',
        searchAttributes: ['x'],
        'http.url': 'https://phish.example/',
        subject: 'Hi',
      });
    });
    assert.equal(name, 'sink.send');
    assert.equal(parentSpanId, undefined);
    assert.deepEqual(attributes, {
      'lurewatch.sink': 'cases',
      'lurewatch.count': 3,
      workflowId: 'deliver-soc-abc',
      runId: 'r',
    });
  });

  it('say of an error its code, and nothing of its text or stack', () => {
    const { status, attributes, events } = sent((span) => {
      const error = new Error('ada@example.com: the subject "Hi" is refused. Mend it. [LW_TARGET_REJECTED]');
      span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    });
    assert.deepEqual(status, { code: SpanStatusCode.ERROR, message: 'LW_TARGET_REJECTED' });
    assert.deepEqual(attributes, { 'lurewatch.code': 'LW_TARGET_REJECTED' });
    assert.deepEqual(events, []);
    const unknown = sent((span) => span.setStatus({ code: SpanStatusCode.ERROR, message: 'at /home/ada' }));
    assert.equal(unknown.status.message, 'OTHER');
  });
});
