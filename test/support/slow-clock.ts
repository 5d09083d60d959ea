import { mock } from 'node:test';
import type { ExtractionPool } from '../../src/indicators/extraction-pool.js';

/** Runs `work` where mails take three seconds to read, however fast this machine is, and nobody thinks that they hang. */
export async function whereReadingTakesLong<T>(pool: ExtractionPool, work: () => Promise<T>): Promise<T> {
  const nowMs = performance.now.bind(performance);
  const read = pool.extractMany.bind(pool);
  let laterMs = 0;
  const clock = mock.method(performance, 'now', () => nowMs() + laterMs);
  const reading = mock.method(pool, 'extractMany', async (...call: Parameters<ExtractionPool['extractMany']>) => {
    const found = await read(...call);
    laterMs += 3_000;
    return found;
  });
  try {
    return await work();
  } finally {
    reading.mock.restore();
    clock.mock.restore();
  }
}

/** Runs `work` where nothing takes any time, however slow this machine is. */
export async function whereNothingTakesTime<T>(work: () => Promise<T>): Promise<T> {
  const now = performance.now();
  const clock = mock.method(performance, 'now', () => now);
  try {
    return await work();
  } finally {
    clock.mock.restore();
  }
}
