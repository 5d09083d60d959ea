import type { ExtractionPool } from '../indicators/extraction-pool.js';
import type { Extraction } from '../indicators/types.js';
import type { Metrics } from './metrics.js';

/** Counts what parsing finds, and how long it takes. */
export function observedExtraction(pool: ExtractionPool, { extraction }: Metrics): ExtractionPool {
  async function observe<Result>(call: () => Promise<Result>, found: (result: Result) => readonly Extraction[]) {
    const stop = extraction.duration.startTimer();
    try {
      const result = await call();
      for (const { findings } of found(result)) {
        extraction.mails.inc();
        for (const { code } of findings) extraction.findings.inc({ finding: code });
      }
      return result;
    } finally {
      stop();
    }
  }
  return {
    extract: (...call) =>
      observe(
        () => pool.extract(...call),
        (one) => [one],
      ),
    extractMany: (...call) =>
      observe(
        () => pool.extractMany(...call),
        (all) => all,
      ),
    close: () => pool.close(),
  };
}
