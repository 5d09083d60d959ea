import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runWorkers } from '../../src/worker/run-workers.js';

/** As one of Temporal's Workers: it runs until it is shut down, or fails. */
class ScriptedWorker {
  #state: 'INITIALIZED' | 'RUNNING' | 'STOPPED' | 'FAILED' = 'INITIALIZED';
  #end: (error?: Error) => void = () => undefined;

  run(): Promise<void> {
    this.#state = 'RUNNING';
    return new Promise((resolve, reject) => {
      this.#end = (error) => {
        this.#state = error === undefined ? 'STOPPED' : 'FAILED';
        if (error === undefined) resolve();
        else reject(error);
      };
    });
  }

  shutdown(): void {
    assert.equal(this.#state, 'RUNNING', 'Temporal throws at a Worker that does not run');
    this.#end();
  }

  fail(error: Error): void {
    this.#end(error);
  }

  getState() {
    return this.#state;
  }
}

const awaited = (running: Promise<void>) => running;

describe('the Workers of a process', () => {
  it('are all run and shut down where the word to stop came before', async () => {
    const workers = [new ScriptedWorker(), new ScriptedWorker()];
    await runWorkers(workers, AbortSignal.abort(), awaited);
    assert.deepEqual(
      workers.map((worker) => worker.getState()),
      ['STOPPED', 'STOPPED'],
    );
  });

  it('all end when one of them fails, and its failure is told', async () => {
    const workers = [new ScriptedWorker(), new ScriptedWorker()];
    const running = runWorkers(workers, new AbortController().signal, awaited);
    workers[1]?.fail(new Error('the namespace is gone'));
    await assert.rejects(running, /the namespace is gone/);
    assert.deepEqual(
      workers.map((worker) => worker.getState()),
      ['STOPPED', 'FAILED'],
    );
  });
});
