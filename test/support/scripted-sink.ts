import type { AlertDocument } from '../../src/alerts/types.js';
import type { RepeatPromise, SendResult, Sink } from '../../src/sinks/sink.js';

/** What the next call does instead of delivering. It may throw, or answer for the documents it was given. */
export type Script = (documents: readonly AlertDocument[]) => readonly SendResult[] | Promise<readonly SendResult[]>;

/** A sink in memory that counts what arrives and does what the test says. */
export class ScriptedSink implements Sink {
  readonly name: string = 'cases';
  repeats: RepeatPromise = 'lookup';
  alertsPerCall = 1;
  concurrency = 4;
  inFlightMs = 0;
  /** How often each alert was accepted. */
  readonly accepted = new Map<string, number>();
  readonly calls: (readonly string[])[] = [];
  readonly lookups: string[] = [];
  script: Script | undefined;

  wants(document: AlertDocument): boolean {
    return document.urls.length > 0;
  }

  async send(documents: readonly AlertDocument[]): Promise<readonly SendResult[]> {
    this.calls.push(documents.map(({ alertId }) => alertId));
    return this.script === undefined ? this.accept(documents) : this.script(documents);
  }

  accept(documents: readonly AlertDocument[]): readonly SendResult[] {
    return documents.map(({ alertId }) => {
      const before = this.accepted.get(alertId) ?? 0;
      if (before === 0 || this.repeats !== 'server') this.accepted.set(alertId, before + 1);
      return { status: 'delivered', reference: `case ${alertId}` };
    });
  }

  async find({ alertId }: AlertDocument): Promise<string | undefined> {
    this.lookups.push(alertId);
    return this.accepted.has(alertId) ? `case ${alertId}` : undefined;
  }

  async check(): Promise<readonly string[]> {
    return [];
  }

  async close(): Promise<void> {}
}
