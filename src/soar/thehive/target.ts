import type { AlertDocument } from '../../alerts/types.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { Warning } from '../../errors/warning.js';
import { HttpClient, type HttpRequest, type HttpResponse } from '../../http/client.js';
import type { FormBody } from '../../http/multipart.js';
import { httpOptions } from '../../http/settings.js';
import { delivered } from '../../sinks/delivered.js';
import { oneByOne } from '../../sinks/one-by-one.js';
import type { MayGoOn, SendResult, Sink } from '../../sinks/sink.js';
import { startCall } from '../call-time.js';
import { ask, judge, withoutCaseId } from '../http-answer.js';
import { settleRejected } from '../rejected.js';
import { headerSecret, placeOf, repeatsLine, type TargetSetup, targetUrl } from '../target-setup.js';
import { type Rejected, sendWithMail } from '../with-mail.js';
import { alertRequest } from './alert-request.js';
import { checkTypes, listedTypes, observableTypesQuery } from './check-types.js';
import { checkUser } from './check-user.js';
import type { ThehiveTargetConfig } from './config.js';
import { type Answered, createAlert } from './create-alert.js';
import { createdId, refusesRepeat } from './created.js';
import { type AlertKey, alertQuery, foundAlert } from './look-up.js';
import { TypesOverThere } from './missing-types.js';
import { usedTypes } from './request-body.js';

interface Created {
  readonly kind: 'created';
  readonly reference: string;
  readonly warnings: readonly Warning[];
}

/** What TheHive has begun, it may end after our request was given up: a large alert takes its database long. */
const settleMs = 60_000;

/**
 * TheHive 5 and 4: one alert a call, with `sourceRef` the alert id and its indicators as observables.
 *
 * TheHive refuses a second alert of the same type, source and sourceRef, and that counts as delivered once a query
 * shows the first one. It looks before it writes and has no unique index since 4.1.3, so that two requests at the same
 * time may both pass: after an ambiguous failure it is asked first, and not before the first request must have ended.
 *
 * An alert that it refuses for the type of an observable, or for the mail itself, goes again without what it refuses.
 */
export function createThehiveTarget(setup: TargetSetup<ThehiveTargetConfig>): Sink {
  const { name, config, secrets, baseFolder, originals } = setup;
  const where = placeOf(name);
  const url = targetUrl(config.url, config.insecure, `${where}.url`);
  const key = headerSecret(secrets(config.key, `${where}.key`), `${where}.key`);
  const client = new HttpClient(httpOptions(url.href, config, baseFolder));
  const judging = {
    hide: [key],
    mendAuth: 'Mend `key`: the API key of a user of the organisation with the permission manageAlert/create.',
  };
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    ...(config.organisation === undefined ? {} : { 'x-organisation': config.organisation }),
  };
  const types = new TypesOverThere(usedTypes);
  const createPath = config.version === 5 ? '/api/v1/alert' : '/api/alert';

  const call = (request: HttpRequest): Promise<HttpResponse> =>
    ask(client, { ...request, headers: { ...headers, ...request.headers } }, where);

  const keyOf = (alertId: string): AlertKey => ({ type: config.type, source: config.source, sourceRef: alertId });

  async function find(alertId: string, signal: AbortSignal | undefined): Promise<string | undefined> {
    const alertKey = keyOf(alertId);
    const path = '/api/v1/query?name=lurewatch-alert';
    const response = await call({ method: 'POST', path, body: alertQuery(alertKey), signal });
    return foundAlert(response, alertKey, where, judging);
  }

  async function listTypes(signal: AbortSignal | undefined): Promise<readonly string[] | undefined> {
    const path = '/api/v1/query?name=lurewatch-types';
    return listedTypes(await call({ method: 'POST', path, body: observableTypesQuery, signal }));
  }

  async function sendOne(document: AlertDocument, signal: AbortSignal, mayGoOn?: MayGoOn): Promise<SendResult> {
    const { alertId } = document;
    const inTime = startCall(client.inFlightMs, where);
    const whole = await alertRequest(document, config, originals, where);
    // Nothing has taken any time before the first request, unless a mail was read.
    let isFirst = document.attachOriginal !== true;

    async function post({ contentType, body }: FormBody): Promise<HttpResponse> {
      if (!isFirst) {
        await mayGoOn?.();
        inTime();
      }
      isFirst = false;
      const request = { method: 'POST', path: createPath, headers: { 'content-type': contentType }, body } as const;
      return call({ ...request, signal, unfinished: 'take' });
    }

    const { answer, warnings } = await sendWithMail(whole, async (request) => {
      const answered = await createAlert(request, { types, listTypes: () => listTypes(signal), post });
      return answered.kind === 'rejected' ? answered : outcomeOf(answered, alertId, signal);
    });
    if (answer.kind === 'rejected') {
      const [settled] = await settleRejected([document], answer.reason, where, () => find(alertId, signal));
      return settled ?? { status: 'rejected', reason: answer.reason };
    }
    return delivered(answer.reference, [...warnings, ...answer.warnings]);
  }

  async function outcomeOf(
    { response, warnings }: Answered,
    alertId: string,
    signal: AbortSignal,
  ): Promise<Created | Rejected> {
    if (refusesRepeat(response, alertId)) {
      const reference = await find(alertId, signal);
      if (reference !== undefined) return { kind: 'created', reference, warnings: [] };
      const what = 'TheHive says that it has the alert, and its search does not show it yet';
      throw new LurewatchError('LW_TARGET_AMBIGUOUS', what, { where });
    }
    const verdict = judge(response, where, judging);
    if (verdict.kind === 'rejected') return verdict;
    const unread = withoutCaseId(response);
    if (unread !== undefined) return { kind: 'created', reference: '', warnings: [...warnings, unread] };
    return { kind: 'created', reference: createdId(response.body, where, [key]), warnings };
  }

  return {
    name,
    repeats: 'lookup',
    alertsPerCall: 1,
    concurrency: config.concurrency,
    // What begins the last begins within the time of one (`startCall`).
    inFlightMs: 2 * client.inFlightMs + settleMs,
    wants: () => true,

    send: (documents, signal, mayGoOn) => oneByOne(documents, (document) => sendOne(document, signal, mayGoOn)),

    find: ({ alertId }, signal) => find(alertId, signal),

    async check(signal): Promise<readonly string[]> {
      const response = await call({ method: 'GET', path: '/api/v1/user/current', signal });
      const user = checkUser(response, config.version, where, judging);
      await find('lurewatch-check', signal);
      const listed = await listTypes(signal);
      return [
        `${url.origin}${config.verify && url.protocol === 'https:' ? ': certificate verified' : ': reached'}`,
        ...user,
        'alerts can be looked up',
        checkTypes(listed, usedTypes),
        repeatsLine('lookup'),
      ];
    },

    close: () => client.close(),
  };
}
