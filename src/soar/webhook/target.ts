import { z } from 'zod';
import type { AlertDocument } from '../../alerts/types.js';
import { HttpClient, type HttpResponse } from '../../http/client.js';
import { httpOptions } from '../../http/settings.js';
import type { SendResult, Sink } from '../../sinks/sink.js';
import { ask, jsonOf, judge } from '../http-answer.js';
import { excerpt } from '../printable.js';
import { placeOf, repeatsLine, type TargetSetup, targetUrl } from '../target-setup.js';
import type { WebhookTargetConfig } from './config.js';
import { signerFor } from './signing.js';

/** Enough for an id; the rest of an answer is of no use. */
const answerBytes = 64 * 1024;

/**
 * Any system that takes a signed webhook (https://www.standardwebhooks.com): one POST for each alert,
 * `{"type": "mail.alert.created", "timestamp": …, "data": …}` with the alert itself as data.
 *
 * `webhook-id` is the alert id and the body the same bytes at every attempt; a receiver recognises a repeat by the id,
 * as the standard asks of it. Any 2xx is delivered, whatever its body. 409 is delivered too: receivers that keep ids
 * answer so to one they know, and nothing but the id can be in conflict here.
 */
export function createWebhookTarget({ name, config, secrets, baseFolder }: TargetSetup<WebhookTargetConfig>): Sink {
  const where = placeOf(name);
  const url = targetUrl(config.url, config.insecure, `${where}.url`);
  const sign = signerFor(secrets(config.secret, `${where}.secret`), `${where}.secret`);
  const client = new HttpClient({ ...httpOptions(url.origin, config, baseFolder), maxResponseBytes: answerBytes });
  const path = url.pathname + url.search;

  async function post(document: AlertDocument, signal: AbortSignal): Promise<SendResult> {
    const body = bodyOf(document);
    const headers = { 'content-type': 'application/json', ...sign(document.alertId, new Date(), body) };
    const response = await ask(client, { method: 'POST', path, headers, body, signal, longAnswer: 'cut' }, where);
    if (response.status === 409) return { status: 'delivered', reference: referenceOf(response) };
    const verdict = judge(response, where);
    return verdict.kind === 'accepted'
      ? { status: 'delivered', reference: referenceOf(response) }
      : { status: 'rejected', reason: verdict.reason };
  }

  return {
    name,
    repeats: 'server',
    alertsPerCall: 1,
    concurrency: config.concurrency,
    inFlightMs: client.inFlightMs,
    wants: () => true,

    async send(documents, signal): Promise<readonly SendResult[]> {
      const results: SendResult[] = [];
      for (const document of documents) results.push(await post(document, signal));
      return results;
    },

    async check(signal): Promise<readonly string[]> {
      // HEAD, since the standard knows no ping: any answer shows that address and certificate are right.
      const response = await ask(client, { method: 'HEAD', path, signal, longAnswer: 'cut' }, where);
      if (response.status === 410) judge(response, where);
      return [
        `${url.origin}: reached${url.protocol === 'https:' && config.verify ? ', certificate verified' : ''}`,
        'the signing secret is well-formed; whether the receiver knows it shows at the first alert',
        repeatsLine('server'),
      ];
    },

    close: () => client.close(),
  };
}

/** The same bytes for the same document, today and after a restart. */
function bodyOf({ alert, receivedAtMs }: AlertDocument): string {
  const happened = new Date(alert.start_time);
  const timestamp = Number.isNaN(happened.getTime()) ? new Date(receivedAtMs) : happened;
  return JSON.stringify({ type: 'mail.alert.created', timestamp: timestamp.toISOString(), data: alert });
}

const identified = z.object({ id: z.union([z.string(), z.number()]) });

/** Where a person finds it: `Location`, or the `id` of a JSON answer; '' where there is neither. */
function referenceOf(response: HttpResponse): string {
  const { location } = response.headers;
  if (location !== undefined) return excerpt(location);
  const parsed = identified.safeParse(jsonOf(response.body));
  return parsed.success ? excerpt(String(parsed.data.id)) : '';
}
