import type { Store } from '../store/store.js';
import type { Metrics } from './metrics.js';
import { observedCall } from './observed-call.js';

/** A store whose calls are measured. Not traced: there are many in each step, and they would drown the requests. */
export function observedStore(store: Store, { store: meters }: Metrics): Store {
  const observe = <Result>(operation: string, call: () => Promise<Result>) =>
    observedCall(meters, { operation }, { operation }, call);
  return {
    place: store.place,
    createMany: (records) => observe('create', () => store.createMany(records)),
    readMany: (keys) => observe('read', () => store.readMany(keys)),
    list: (prefix) => observe('list', () => store.list(prefix)),
    remove: (key) => observe('remove', () => store.remove(key)),
    writeStream: (source, keyOf) => observe('write', () => store.writeStream(source, keyOf)),
    openStream: (key) => observe('open', () => store.openStream(key)),
    placeOf: (key) => store.placeOf(key),
    localPath: (key) => store.localPath(key),
    check: () => store.check(),
    close: () => store.close(),
  };
}
