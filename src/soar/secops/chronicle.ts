import { LurewatchError } from '../../errors/lurewatch-error.js';
import { HttpClient, type HttpRequest, type HttpResponse } from '../../http/client.js';
import { httpOptions } from '../../http/settings.js';
import type { SendResult, Sink } from '../../sinks/sink.js';
import { jsonOf } from '../../text/json-of.js';
import { ask, judge, withoutCaseId } from '../http-answer.js';
import { excerpt } from '../printable.js';
import { settleRejected } from '../rejected.js';
import { placeOf, repeatsLine, type TargetSetup, targetUrl } from '../target-setup.js';
import { cutWarnings } from '../trim/trim-alert.js';
import type { SecopsChronicleConfig } from './config.js';
import { defaultCredentialsTokens } from './default-credentials.js';
import { findCase, type LookUp } from './look-up.js';
import { legacyCaseInfo } from './request-bodies.js';
import { serviceAccountTokens } from './service-account.js';
import { settleMs } from './settle.js';
import type { TokenSource } from './token-source.js';
import { trimForSecops } from './trim.js';

const judging = {
  mendAuth: 'Grant the service account `chronicle.legacyCases.ingest` and `chronicle.legacySdk.get` on the instance.',
};

/**
 * Google SecOps over the Chronicle API (v1alpha): `legacyCases:createCase` takes many alerts in one call and answers
 * an empty object. Looked up with `legacySdk:legacyGetCasesByFilter` and `legacySdk:legacyAlertsTicketIdsByCaseId`.
 */
export function createChronicleTarget(setup: TargetSetup<SecopsChronicleConfig>): Sink {
  const { name, config, baseFolder } = setup;
  const where = placeOf(name);
  const url = targetUrl(config.url ?? publicUrl(config.region, where), config.insecure, `${where}.url`);
  const client = new HttpClient(httpOptions(url.href, config, baseFolder));
  const tokens = tokensOf(setup, where);
  const instance = instancePath(config);

  async function call(request: HttpRequest): Promise<HttpResponse> {
    const token = await tokens.get(request.signal);
    const headers = { ...request.headers, authorization: `Bearer ${token.value}` };
    const response = await ask(client, { ...request, headers }, where);
    if (response.status === 401) tokens.forget();
    if (response.status === 401 && !token.fresh) {
      const mend = 'Nothing to do: the next attempt fetches another token.';
      throw new LurewatchError('LW_TARGET_UNAVAILABLE', 'a token fetched earlier is refused now', { where, mend });
    }
    return response;
  }

  const lookUp: LookUp = {
    casesByFilter: `${instance}/legacySdk:legacyGetCasesByFilter?format=snake`,
    ticketIdsOf: (caseId) =>
      `${instance}/legacySdk:legacyAlertsTicketIdsByCaseId?caseId=${encodeURIComponent(caseId)}&format=snake`,
    call,
    where,
    judging,
  };

  return {
    name,
    repeats: 'lookup',
    alertsPerCall: 25,
    concurrency: config.concurrency,
    inFlightMs: tokens.inFlightMs + client.inFlightMs + settleMs,
    wants: () => true,

    async send(documents, signal): Promise<readonly SendResult[]> {
      const trimmed = await Promise.all(documents.map(({ alert }) => trimForSecops(alert)));
      const response = await call({
        method: 'POST',
        path: `${instance}/legacyCases:createCase`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ cases: trimmed.map(legacyCaseInfo), type: 'EXTERNAL' }),
        signal,
        unfinished: 'take',
      });
      const verdict = judge(response, where, judging);
      if (verdict.kind === 'rejected') {
        return settleRejected(documents, verdict.reason, where, ({ alert }) =>
          findCase(lookUp, alert.ticket_id, signal),
        );
      }
      // Its answer holds no case id, so that nothing is missing in one that did not come whole.
      if (withoutCaseId(response) === undefined) expectObject(response.body, where);
      return trimmed.map(({ cuts }) => ({
        status: 'delivered',
        reference: '',
        ...cutWarnings(cuts),
      }));
    },

    find: ({ alert }, signal) => findCase(lookUp, alert.ticket_id, signal),

    async check(signal): Promise<readonly string[]> {
      await tokens.get(signal);
      await findCase(lookUp, 'lurewatch-check', signal);
      return [
        `${url.origin}${config.verify && url.protocol === 'https:' ? ': certificate verified' : ': reached'}`,
        'a token was granted, and cases of the instance can be looked up',
        'permission to create cases (chronicle.legacyCases.ingest) shows at the first alert',
        repeatsLine('lookup'),
      ];
    },

    async close(): Promise<void> {
      await Promise.all([client.close(), tokens.close()]);
    },
  };
}

function tokensOf({ config, secrets, baseFolder }: TargetSetup<SecopsChronicleConfig>, where: string): TokenSource {
  if (config.credentials === undefined) return defaultCredentialsTokens(config.project, where);
  const place = `${where}.credentials`;
  return serviceAccountTokens(secrets(config.credentials, place), {
    place,
    where,
    insecure: config.insecure,
    // One small request an hour: neither the rate nor the connections of the alerts are its. A `ca` that belongs to a
    // private endpoint says nothing about Google's own.
    http: (baseUrl) => ({
      ...httpOptions(baseUrl, { ...config, rate: undefined }, baseFolder),
      maxConnections: 1,
      caBesideSystem: true,
    }),
  });
}

/** An empty body or a JSON object. Anything else came from a proxy or a login page. */
function expectObject(body: string, where: string): void {
  const parsed = body.trim() === '' ? {} : jsonOf(body);
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return;
  throw new LurewatchError('LW_TARGET_ANSWER', `createCase was answered with no JSON object (${excerpt(body)})`, {
    where,
  });
}

function publicUrl(region: string, where: string): string {
  if (/^[a-z0-9-]+$/.test(region)) return `https://${region}-chronicle.googleapis.com`;
  throw new LurewatchError('LW_CONFIG_INVALID', 'the region is not of lower-case letters, digits and -', {
    where: `${where}.region`,
    mend: 'Use the region of the instance, like `us` or `europe-west3`.',
  });
}

function instancePath({ project, location, region, instance }: SecopsChronicleConfig): string {
  const [p, l, i] = [project, location ?? region, instance].map(encodeURIComponent);
  return `/v1alpha/projects/${p}/locations/${l}/instances/${i}`;
}
