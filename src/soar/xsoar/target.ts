import type { Alert, AlertDocument } from '../../alerts/types.js';
import { type UrlsAsFound, urlsAsFound } from '../../alerts/urls-as-found.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { Warning } from '../../errors/warning.js';
import { HttpClient, type HttpRequest, type HttpResponse } from '../../http/client.js';
import { httpOptions } from '../../http/settings.js';
import { delivered } from '../../sinks/delivered.js';
import { oneByOne } from '../../sinks/one-by-one.js';
import type { MayGoOn, SendResult, Sink } from '../../sinks/sink.js';
import { startCall } from '../call-time.js';
import { readMail } from '../fitting-body.js';
import { ask } from '../http-answer.js';
import { lookFirst } from '../look-first.js';
import { aboveMaxOriginalBytes, withoutOriginal } from '../original.js';
import { settleRejected } from '../rejected.js';
import { headerSecret, placeOf, repeatsLine, type TargetSetup, targetUrl } from '../target-setup.js';
import { textLength } from '../trim/limits.js';
import { cutWarnings, trimAlert } from '../trim/trim-alert.js';
import { type Incident, incidentsOf, isOf, judgeAnswer } from './answer.js';
import { attachMail } from './attach-mail.js';
import { checkField, checkGroupingField } from './check-field.js';
import type { XsoarTargetConfig } from './config.js';
import { createdIncident } from './created-incident.js';
import { keyHeaders, mendKey, withoutHash } from './key-headers.js';
import { incidentBody } from './request-body.js';
import { complete, isWhole, noteInstead } from './whole-incident.js';

/** No limit is published: enough for any mail that people read, and less than gateways commonly take. */
const mostBytes = 4_000_000;
/**
 * Both calls answer with the whole incident, and Go writes `&`, `<` and `>` as six characters (encoding/json): URLs full
 * of them make it that much longer than what was sent.
 */
const answerBytes = 32 * 1024 * 1024;
const noIncident = withoutOriginal('XSOAR shows no incident that it could go to');
/** A search goes to an index that lags behind what was created: one before that could miss it. */
const settleMs = 60_000;

/**
 * Cortex XSOAR 8, or 6 without a `keyId`: one incident for each alert.
 *
 * XSOAR makes an incident of every request, also of one it had before. So the alert id stands in an incident field of our
 * own, and is searched for before anything is created, and again after every ambiguous failure, once the first request
 * must have landed and the index must have caught up.
 *
 * The mail itself (`attachOriginal`) is a second request. So an incident counts as found only with its mail, or with the
 * note in its place: `send` finds it again, and attaches what is missing instead of creating anything.
 */
export function createXsoarTarget(setup: TargetSetup<XsoarTargetConfig>): Sink {
  const { name, config, secrets, baseFolder, originals } = setup;
  const where = placeOf(name);
  const url = targetUrl(config.url, config.insecure, `${where}.url`);
  const key = headerSecret(secrets(config.key, `${where}.key`), `${where}.key`);
  const client = new HttpClient({ ...httpOptions(url.href, config, baseFolder), maxResponseBytes: answerBytes });
  const judging = { hide: [key], mendAuth: mendKey(config) };
  const api = config.keyId === undefined ? '' : '/xsoar/public/v1';
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const limitsOf = (asFound: UrlsAsFound) => ({
    sizes: [
      {
        most: mostBytes,
        measure: (alert: Alert) => Buffer.byteLength(JSON.stringify(incidentBody('', alert, config, asFound))),
        least: textLength,
      },
    ],
  });

  async function call(request: HttpRequest): Promise<HttpResponse> {
    const shown = keyHeaders(key, config);
    const response = await ask(client, { ...request, headers: { ...headers, ...shown, ...request.headers } }, where);
    return { ...response, body: withoutHash(response.body, shown) };
  }

  async function search(alertId: string, signal: AbortSignal | undefined): Promise<Incident | undefined> {
    const filter = { query: `${config.idField}:"${alertId}"`, page: 0, size: 20 };
    const body = JSON.stringify({ filter });
    const response = await call({ method: 'POST', path: `${api}/incidents/search`, body, signal });
    const verdict = judgeAnswer(response, where, judging);
    if (verdict.kind === 'rejected') {
      throw new LurewatchError('LW_TARGET_REFUSES', `the search was rejected: ${verdict.reason}`, { where });
    }
    const { data, total = data.length } = incidentsOf(response, where, [key]);
    const found = data.find((incident) => isOf(incident, alertId, config.idField));
    if (found === undefined && total > data.length) {
      const what = `a search for one alert id finds ${total} incidents of others: nothing can be made sure of by it`;
      const mend = `Make the incident field ${config.idField} a searchable Short text (docs/targets/xsoar.md).`;
      throw new LurewatchError('LW_TARGET_REFUSES', what, { where, mend });
    }
    return found;
  }

  async function find(document: AlertDocument, signal: AbortSignal | undefined): Promise<string | undefined> {
    const incident = await search(document.alertId, signal);
    return incident !== undefined && isWhole(incident, document) ? incident.id : undefined;
  }

  async function sendOne(document: AlertDocument, signal: AbortSignal, mayGoOn?: MayGoOn): Promise<SendResult> {
    const { alertId } = document;
    const begunAtMs = Date.now();
    const inTime = startCall(client.inFlightMs, where);
    const attaching = {
      ...{ call, api, where, judging, mayGoOn, signal },
      investigate: config.createInvestigation,
      inTime: () => Date.now() - begunAtMs <= 2 * client.inFlightMs,
    };
    const known = await lookFirst(() => search(alertId, signal), where);
    if (known !== undefined && isWhole(known, document)) return delivered(known.id, noteInstead(known, document));
    const read = await readMail(document, {
      originals,
      maxBytes: config.maxOriginalBytes,
      where,
      tooLarge: aboveMaxOriginalBytes,
    });
    if (known !== undefined) return delivered(known.id, await complete(known, document, read, attaching));
    const { mail, without } = read;
    const asFound = urlsAsFound(document.urls);
    const { alert, cuts } = await trimAlert(document.alert, limitsOf(asFound));
    const body = JSON.stringify({
      ...incidentBody(alertId, alert, config, asFound),
      // With its last file the investigation begins.
      ...(mail === undefined ? {} : { createInvestigation: false }),
    });
    await mayGoOn?.();
    if (document.attachOriginal === true) inTime();
    const response = await call({ method: 'POST', path: `${api}/incident`, body, signal });
    const verdict = judgeAnswer(response, where, judging);
    const idField = config.idField;
    const created =
      verdict.kind === 'rejected' ? verdict : createdIncident(response, { alertId, idField }, where, [key]);
    if (created.kind === 'rejected') {
      const seen: { incident?: Incident | undefined } = {};
      const [settled] = await settleRejected([document], created.reason, where, async () => {
        seen.incident = await search(alertId, signal);
        return seen.incident?.id;
      });
      const { incident } = seen;
      // It is there, and lacks its mail.
      if (incident !== undefined && !isWhole(incident, document)) {
        return delivered(incident.id, await complete(incident, document, read, attaching));
      }
      return settled ?? { status: 'rejected', reason: created.reason };
    }
    if (created.kind === 'no-id') {
      const lost = mail === undefined ? without : noIncident;
      return delivered(
        '',
        cutWarnings(cuts, lost === undefined ? [created.warning] : [created.warning, lost]).warnings,
      );
    }
    const { id, CustomFields } = created.incident;
    const warnings = [...(cutWarnings(cuts).warnings ?? []), ...droppedFields(CustomFields, alert, config)];
    const attached = mail === undefined ? [] : await attachMail(id, document, mail, attaching);
    return delivered(id, [...warnings, ...attached, ...(without === undefined ? [] : [without])]);
  }

  return {
    name,
    repeats: 'lookup',
    alertsPerCall: 1,
    concurrency: config.concurrency,
    // Searched, created, and the mail attached.
    inFlightMs: 3 * client.inFlightMs + settleMs,
    wants: () => true,

    send: (documents, signal, mayGoOn) => oneByOne(documents, (document) => sendOne(document, signal, mayGoOn)),

    find,

    async check(signal): Promise<readonly string[]> {
      await search('lurewatch-check', signal);
      const fields = await call({ method: 'GET', path: `${api}/incidentfields`, signal });
      return [
        `${url.origin}${config.verify && url.protocol === 'https:' ? ': certificate verified' : ': reached'}`,
        'the key is accepted, and incidents can be searched; whether it may create them shows at the first alert',
        checkField(fields, config.idField, where),
        ...(config.groupingField === undefined ? [] : checkGroupingField(fields, config.groupingField, where)),
        repeatsLine('lookup'),
      ];
    },

    close: () => client.close(),
  };
}

/** XSOAR takes an incident with a field that it does not have, and says nothing: its answer shows what it kept. */
function droppedFields(
  fields: Readonly<Record<string, unknown>> | null | undefined,
  { source_grouping_identifier: key }: Alert,
  { idField, groupingField }: XsoarTargetConfig,
): readonly Warning[] {
  if (fields === null || fields === undefined) return [];
  const warnings: Warning[] = [];
  if (!(idField in fields)) {
    const reason = `XSOAR dropped the incident field ${idField}, so that this alert cannot be found again: docs/targets/xsoar.md`;
    warnings.push({ code: 'LW_WARN_ID_FIELD', reason });
  }
  if (groupingField !== undefined && key !== undefined && !(groupingField in fields)) {
    const reason = `XSOAR dropped the incident field ${groupingField}, so that no rule links this incident to its campaign`;
    warnings.push({ code: 'LW_WARN_GROUPING_FIELD', reason });
  }
  return warnings;
}
