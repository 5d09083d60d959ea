import { z } from 'zod';
import type { AlertDocument } from '../../alerts/types.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { HttpClient, type HttpRequest, type HttpResponse } from '../../http/client.js';
import { httpOptions } from '../../http/settings.js';
import type { SendResult, Sink } from '../../sinks/sink.js';
import { jsonOf } from '../../text/json-of.js';
import { ask, judge, withoutCaseId } from '../http-answer.js';
import { excerpt } from '../printable.js';
import { settleRejected } from '../rejected.js';
import { headerSecret, placeOf, repeatsLine, type TargetSetup, targetUrl } from '../target-setup.js';
import { cutWarnings } from '../trim/trim-alert.js';
import type { SecopsSiemplifyConfig } from './config.js';
import { findCase, type LookUp } from './look-up.js';
import { createCaseBody } from './request-bodies.js';
import { settleMs } from './settle.js';
import { trimForSecops } from './trim.js';

const sdk = '/api/external/v1/sdk';

/**
 * Google SecOps over the SOAR API of Siemplify, which ends on 31 March 2027: `sdk/CreateCase`, one alert a call,
 * header `AppKey`.
 */
export function createSiemplifyTarget({ name, config, secrets, baseFolder }: TargetSetup<SecopsSiemplifyConfig>): Sink {
  const where = placeOf(name);
  const url = targetUrl(config.url, config.insecure, `${where}.url`);
  const appKey = headerSecret(secrets(config.key, `${where}.key`), `${where}.key`);
  const client = new HttpClient(httpOptions(url.href, config, baseFolder));
  const judging = {
    hide: [appKey],
    mendAuth: 'Mend `key`: an API key (AppKey) of the SOAR with the right to create cases.',
  };

  const call = (request: HttpRequest): Promise<HttpResponse> =>
    ask(client, { ...request, headers: { ...request.headers, appkey: appKey } }, where);

  const lookUp: LookUp = {
    casesByFilter: `${sdk}/GetCasesByFilter?format=snake`,
    ticketIdsOf: (caseId) => `${sdk}/AlertsTicketIdsByCaseId/${encodeURIComponent(caseId)}?format=snake`,
    call,
    where,
    judging,
  };

  async function sendOne(document: AlertDocument, signal: AbortSignal): Promise<readonly SendResult[]> {
    const trimmed = await trimForSecops(document.alert);
    const response = await call({
      method: 'POST',
      path: `${sdk}/CreateCase?format=snake`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(createCaseBody(trimmed)),
      signal,
      unfinished: 'take',
    });
    const verdict = judge(response, where, judging);
    if (verdict.kind === 'rejected') {
      return settleRejected([document], verdict.reason, where, ({ alert }) =>
        findCase(lookUp, alert.ticket_id, signal),
      );
    }
    const { cuts } = trimmed;
    const unread = withoutCaseId(response);
    if (unread !== undefined) return [{ status: 'delivered', reference: '', ...cutWarnings(cuts, [unread]) }];
    const reference = referenceOf(response.body, where);
    return [{ status: 'delivered', reference, ...cutWarnings(cuts) }];
  }

  return {
    name,
    repeats: 'lookup',
    alertsPerCall: 1,
    concurrency: config.concurrency,
    inFlightMs: client.inFlightMs + settleMs,
    wants: () => true,

    async send(documents, signal): Promise<readonly SendResult[]> {
      const results: SendResult[] = [];
      for (const document of documents) results.push(...(await sendOne(document, signal)));
      return results;
    },

    find: ({ alert }, signal) => findCase(lookUp, alert.ticket_id, signal),

    async check(signal): Promise<readonly string[]> {
      await findCase(lookUp, 'lurewatch-check', signal);
      return [
        `${url.origin}${config.verify && url.protocol === 'https:' ? ': certificate verified' : ': reached'}`,
        'the key is accepted, and cases can be looked up',
        'this API ends on 31 March 2027: move to `api: chronicle` before',
        repeatsLine('lookup'),
      ];
    },

    close: () => client.close(),
  };
}

const caseId = z.union([z.string(), z.number()]);
const created = z.union([
  caseId,
  z.object({ case_id: caseId }).transform(({ case_id }) => case_id),
  z.object({ id: caseId }).transform(({ id }) => id),
]);

/** What the answer holds is not published: an id is taken where there is one, and anything but JSON is refused. */
function referenceOf(body: string, where: string): string {
  if (body.trim() === '') return '';
  const json = jsonOf(body);
  if (json === undefined) {
    throw new LurewatchError('LW_TARGET_ANSWER', `CreateCase was answered with no JSON (${excerpt(body)})`, { where });
  }
  const parsed = created.safeParse(json);
  return parsed.success ? excerpt(String(parsed.data)) : '';
}
