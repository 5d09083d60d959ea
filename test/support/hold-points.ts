import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dependencies } from '../../src/activities/dependencies.js';
import type { Sendable, Sink } from '../../src/sinks/sink.js';
import { eventually } from './temporal.js';

/** Where a worker can be made to stop, so that a test does something at just that moment. */
export type HoldPoint = 'before fetch' | 'before send' | 'before flag';

export interface Hold {
  /** Resolves when a worker has come there. */
  reached(): Promise<void>;
  /** Lets it, and all that come after, go on. */
  release(): Promise<void>;
}

/** The test's end: worker and test speak through two files. */
export function holdAt(point: HoldPoint, folder: string): Hold {
  const { reached, released } = filesOf(point, folder);
  return {
    reached: () => appears(reached),
    release: () => writeFile(released, ''),
  };
}

/** The worker's end. */
export function holdingAt(point: HoldPoint, folder: string): (dependencies: Dependencies) => Dependencies {
  const { reached, released } = filesOf(point, folder);
  const hold = async (at: HoldPoint) => {
    if (at !== point) return;
    await writeFile(reached, '');
    await appears(released);
  };
  return (dependencies) => {
    const holdSends = <Item extends Sendable>(sink: Sink<Item>) => {
      const send = sink.send.bind(sink);
      sink.send = (...call) => hold('before send').then(() => send(...call));
    };
    for (const sink of dependencies.sinks.values()) holdSends(sink);
    if (dependencies.revisions !== undefined) holdSends(dependencies.revisions);
    for (const source of dependencies.sources.values()) {
      const fetch = source.fetch.bind(source);
      source.fetch = (...args) => hold('before fetch').then(() => fetch(...args));
      const markSeen = source.markSeen.bind(source);
      source.markSeen = (...args) => hold('before flag').then(() => markSeen(...args));
    }
    return dependencies;
  };
}

function filesOf(point: HoldPoint, folder: string): { readonly reached: string; readonly released: string } {
  const name = point.replace(' ', '-');
  return { reached: join(folder, `${name}.reached`), released: join(folder, `${name}.released`) };
}

async function appears(file: string): Promise<void> {
  const look = () =>
    access(file).then(
      () => true,
      () => undefined,
    );
  await eventually(look, `${file} appears`, 120_000);
}
