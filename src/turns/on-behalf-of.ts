import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<string>();

/** Runs `work` for a mailbox or a feed, so that whatever it comes to wait for knows whose turn it is. */
export function onBehalfOf<T>(name: string, work: () => T): T {
  return current.run(name, work);
}

/** Undefined: for nobody in particular. */
export function whoAsks(): string | undefined {
  return current.getStore();
}
