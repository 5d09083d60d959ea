import { z } from 'zod';
import type { AlertDocument } from '../../alerts/types.js';
import { HttpClient, type HttpResponse } from '../../http/client.js';
import { httpOptions } from '../../http/settings.js';
import { delivered } from '../../sinks/delivered.js';
import { oneByOne } from '../../sinks/one-by-one.js';
import type { SendResult, Sink } from '../../sinks/sink.js';
import { jsonOf } from '../../text/json-of.js';
import { leftOut, readMail } from '../fitting-body.js';
import { ask, judge } from '../http-answer.js';
import { withoutOriginal } from '../original.js';
import { excerpt } from '../printable.js';
import { placeOf, repeatsLine, type TargetSetup, targetUrl } from '../target-setup.js';
import { withNote } from '../trim/tell-cuts.js';
import { sendWithMail } from '../with-mail.js';
import type { WebhookTargetConfig } from './config.js';
import { signerFor } from './signing.js';

/** Enough for an id; the rest of an answer is of no use. */
const answerBytes = 64 * 1024;
/** Of a mail that goes along; in Base64 it is a third larger. */
const maxOriginalBytes = 5 * 1024 * 1024;
const tooLarge = withoutOriginal('it has more than 5 MiB');

/**
 * Any system that takes a signed webhook (https://www.standardwebhooks.com): one POST for each alert,
 * `{"type": "mail.alert.created", "timestamp": …, "data": …}` with the alert itself as data.
 *
 * With `attachOriginal` of the mailbox the mail itself stands in `data.original`, in Base64.
 *
 * `webhook-id` is the alert id and the body the same bytes at every attempt; a receiver recognises a repeat by the id,
 * as the standard asks of it. Any 2xx is delivered, whatever its body. 409 is delivered too: receivers that keep ids
 * answer so to one they know, and nothing but the id can be in conflict here.
 */
export function createWebhookTarget(setup: TargetSetup<WebhookTargetConfig>): Sink {
  const { name, config, secrets, baseFolder, originals } = setup;
  const where = placeOf(name);
  const url = targetUrl(config.url, config.insecure, `${where}.url`);
  const sign = signerFor(secrets(config.secret, `${where}.secret`), `${where}.secret`);
  const client = new HttpClient({ ...httpOptions(url.origin, config, baseFolder), maxResponseBytes: answerBytes });
  const path = url.pathname + url.search;

  async function post(document: AlertDocument, signal: AbortSignal): Promise<SendResult> {
    const maxBytes = maxOriginalBytes;
    const { mail, without } = await readMail(document, { originals, maxBytes, where, tooLarge });
    const fitting = {
      body: bodyOf(document, mail),
      warnings: without === undefined ? [] : [without],
      ...(mail === undefined ? {} : { withoutMail: () => ({ body: bodyOf(mailLess(document)), warnings: [] }) }),
    };
    const { answer, warnings } = await sendWithMail(fitting, async (body) => {
      const headers = { 'content-type': 'application/json', ...sign(document.alertId, new Date(), body) };
      const response = await ask(client, { method: 'POST', path, headers, body, signal, unfinished: 'take' }, where);
      const verdict = response.status === 409 ? { kind: 'accepted' as const } : judge(response, where);
      return verdict.kind === 'rejected' ? verdict : { ...verdict, reference: referenceOf(response) };
    });
    if (answer.kind === 'rejected') return { status: 'rejected', reason: answer.reason };
    return delivered(answer.reference, warnings);
  }

  return {
    name,
    repeats: 'server',
    alertsPerCall: 1,
    concurrency: config.concurrency,
    // With the mail itself, and where that is rejected, without.
    inFlightMs: 2 * client.inFlightMs,
    wants: () => true,

    send: (documents, signal) => oneByOne(documents, (document) => post(document, signal)),

    async check(signal): Promise<readonly string[]> {
      // HEAD, since the standard knows no ping: any answer shows that address and certificate are right.
      const response = await ask(client, { method: 'HEAD', path, signal, unfinished: 'take' }, where);
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
function bodyOf({ alert, receivedAtMs }: AlertDocument, original?: Buffer): string {
  const happened = new Date(alert.start_time);
  const timestamp = Number.isNaN(happened.getTime()) ? new Date(receivedAtMs) : happened;
  const data = original === undefined ? alert : { ...alert, original: original.toString('base64') };
  return JSON.stringify({ type: 'mail.alert.created', timestamp: timestamp.toISOString(), data });
}

/** Its first event says that the mail was left out. */
function mailLess(document: AlertDocument): AlertDocument {
  return { ...document, alert: withNote(document.alert, [leftOut(document)]) };
}

const identified = z.object({ id: z.union([z.string(), z.number()]) });

/** Where a person finds it: `Location`, or the `id` of a JSON answer; '' where there is neither. */
function referenceOf(response: HttpResponse): string {
  const { location } = response.headers;
  if (location !== undefined) return excerpt(location);
  const parsed = identified.safeParse(jsonOf(response.body));
  return parsed.success ? excerpt(String(parsed.data.id)) : '';
}
