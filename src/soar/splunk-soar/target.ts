import type { Alert, AlertDocument } from '../../alerts/types.js';
import { urlsAsFound } from '../../alerts/urls-as-found.js';
import { HttpClient, type HttpRequest, type HttpResponse } from '../../http/client.js';
import { httpOptions } from '../../http/settings.js';
import { delivered } from '../../sinks/delivered.js';
import { oneByOne } from '../../sinks/one-by-one.js';
import type { MayGoOn, SendResult, Sink } from '../../sinks/sink.js';
import { startCall } from '../call-time.js';
import { fittingBody } from '../fitting-body.js';
import { ask } from '../http-answer.js';
import { settleRejected } from '../rejected.js';
import { headerSecret, placeOf, repeatsLine, type TargetSetup, targetUrl } from '../target-setup.js';
import { sendWithMail } from '../with-mail.js';
import { createdContainer, foundContainer } from './answers.js';
import { artifactsOf } from './artifacts.js';
import { checkOptions } from './check-options.js';
import type { SplunkSoarTargetConfig } from './config.js';
import { containerOf } from './container.js';

/** What Splunk SOAR has begun, it may end after our request was given up: hundreds of artifacts take it a while. */
const settleMs = 30_000;

/**
 * Splunk SOAR (Phantom): one container with its artifacts in one POST, `source_data_identifier` the alert id.
 *
 * A second container with the same identifier is answered with the id of the first, which counts as delivered. Whether
 * that holds for two requests at the same moment is not documented: after an ambiguous failure it is asked first, once
 * the request must have ended. One container a call: of a list, some may fail while the status says 200.
 */
export function createSplunkSoarTarget(setup: TargetSetup<SplunkSoarTargetConfig>): Sink {
  const { name, config, secrets, baseFolder, originals } = setup;
  const where = placeOf(name);
  const url = targetUrl(config.url, config.insecure, `${where}.url`);
  const token = headerSecret(secrets(config.token, `${where}.token`), `${where}.token`);
  const client = new HttpClient(httpOptions(url.href, config, baseFolder));
  const judging = {
    hide: [token],
    mendAuth:
      'Mend `token`: of an automation user whose role may view and edit containers, and whose allowed IPs hold this machine.',
  };
  const sizes = [{ most: config.maxArtifacts, measure: (alert: Alert) => artifactsOf(alert).length }];

  const call = (request: HttpRequest): Promise<HttpResponse> =>
    ask(client, { ...request, headers: { 'content-type': 'application/json', 'ph-auth-token': token } }, where);

  async function find(alertId: string, signal: AbortSignal | undefined): Promise<string | undefined> {
    const filter = encodeURIComponent(JSON.stringify(alertId));
    const path = `/rest/container?_filter_source_data_identifier=${filter}&page_size=10`;
    return foundContainer(await call({ method: 'GET', path, signal }), alertId, where, judging);
  }

  async function sendOne(document: AlertDocument, signal: AbortSignal, mayGoOn?: MayGoOn): Promise<SendResult> {
    const inTime = startCall(client.inFlightMs, where);
    const asFound = urlsAsFound(document.urls);
    const fitting = await fittingBody(document, {
      bodyOf: (alert, mail) => JSON.stringify(containerOf(alert, config, mail, asFound)),
      maxBytes: config.maxBytes,
      holdsAlert: true,
      sizes,
      takesMail: true,
      originals,
      where,
    });
    const { answer: container, warnings } = await sendWithMail(fitting, async (body) => {
      // The store with the mail in it may have taken its time.
      await mayGoOn?.();
      if (document.attachOriginal === true) inTime();
      const response = await call({ method: 'POST', path: '/rest/container', body, signal });
      return createdContainer(response, where, judging);
    });
    if (container.kind === 'created') return delivered(container.id, warnings);
    // A duplicate may be told without the id of the first one.
    const [settled] = await settleRejected([document], container.reason, where, ({ alertId }) => find(alertId, signal));
    return settled ?? { status: 'rejected', reason: container.reason };
  }

  return {
    name,
    repeats: 'lookup',
    alertsPerCall: 1,
    concurrency: config.concurrency,
    // With the mail itself, and where that is rejected, without.
    inFlightMs: 2 * client.inFlightMs + settleMs,
    wants: () => true,

    send: (documents, signal, mayGoOn) => oneByOne(documents, (document) => sendOne(document, signal, mayGoOn)),

    find: ({ alertId }, signal) => find(alertId, signal),

    async check(signal): Promise<readonly string[]> {
      await find('lurewatch-check', signal);
      const options = await call({ method: 'GET', path: '/rest/container_options', signal });
      return [
        `${url.origin}${config.verify && url.protocol === 'https:' ? ': certificate verified' : ': reached'}`,
        'the token is accepted, and containers can be looked up',
        ...checkOptions(options, config, where, judging),
        'permission to create containers shows at the first alert',
        repeatsLine('lookup'),
      ];
    },

    close: () => client.close(),
  };
}
