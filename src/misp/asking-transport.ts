import type { MayGoOn } from '../sinks/sink.js';
import type { MispTransport } from './transport.js';

export type Transport = Pick<MispTransport, 'send' | 'json' | 'failure' | 'unusable' | 'close'>;

/**
 * A transport that asks, before each request that may change an event which MISP has, whether that may still be done.
 * Here every request passes, so that none is forgotten, however many an update takes.
 *
 * What remains: a worker that is suspended after the answer to the question and before MISP has the request in full
 * sends it when it wakes up. MISP has nothing by which it would refuse that request then.
 */
export function askingTransport(transport: Transport, mayGoOn: MayGoOn): Transport {
  return {
    send: async (method, path, body, signal) => {
      if (changesWhatIsThere(method, path)) await mayGoOn();
      return await transport.send(method, path, body, signal);
    },
    json: (answer, on5xx) => transport.json(answer, on5xx),
    failure: (answer, body) => transport.failure(answer, body),
    unusable: (answer, failure) => transport.unusable(answer, failure),
    close: () => transport.close(),
  };
}

/** MISP refuses to add an event whose UUID it has. */
function changesWhatIsThere(method: 'GET' | 'POST', path: string): boolean {
  return method === 'POST' && path !== '/events/add' && path !== '/events/index';
}
