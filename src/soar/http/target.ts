import type { AlertDocument } from '../../alerts/types.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { HttpClient, type HttpRequest, type HttpResponse } from '../../http/client.js';
import { httpOptions } from '../../http/settings.js';
import { delivered } from '../../sinks/delivered.js';
import { oneByOne } from '../../sinks/one-by-one.js';
import type { MayGoOn, SendResult, Sink } from '../../sinks/sink.js';
import { startCall } from '../call-time.js';
import { fittingBody } from '../fitting-body.js';
import { ask } from '../http-answer.js';
import { lookFirst } from '../look-first.js';
import { sendsOriginal } from '../original.js';
import { placeOf, repeatsLine, type TargetSetup, targetUrl } from '../target-setup.js';
import { sendWithMail } from '../with-mail.js';
import { type Duplicate, outcomeOf } from './answers.js';
import { checkAccess } from './check-access.js';
import type { HttpTargetConfig } from './config.js';
import { lookUpReader } from './look-up.js';
import { requestMaker } from './request.js';

/** An answer is an id and words about it. */
const answerBytes = 1024 * 1024;

const mendDuplicate =
  'It is tried again. If that goes on: mend `lookup`, or, where this status means something else over there, take it out of `duplicate`: such alerts are then rejected and held.';

/**
 * Any system that takes a request for each alert: what is sent, what its answers mean and how it is asked are all of the
 * configuration.
 *
 * With `lookup` it is asked before an alert is sent, and after every attempt without a clear answer. Without it the alert
 * id in `Idempotency-Key` is all that can keep a repeat from becoming a second case, where the other side looks at it.
 */
export function createHttpTarget(setup: TargetSetup<HttpTargetConfig>): Sink {
  const { name, config, baseFolder, originals } = setup;
  const where = placeOf(name);
  const url = targetUrl(config.url, config.insecure, `${where}.url`);
  const maker = requestMaker(setup);
  const client = new HttpClient({ ...httpOptions(url.origin, config, baseFolder), maxResponseBytes: answerBytes });
  const takesMail = sendsOriginal(config.body);
  const holdsAlert = config.body?.includes('"{alert}"') ?? true;
  const { lookup } = config;
  const judging = { hide: maker.secrets, mendAuth: 'Mend `headers`, `basic` or `secret` of this target.' };
  const repeats = lookup === undefined ? config.repeats : 'lookup';
  const lookUp = lookup === undefined ? undefined : { ...lookup, ask: maker.pathFor(lookup.path) };
  const readLookUp = lookup === undefined ? undefined : lookUpReader(lookup, where, judging);

  const call = (request: HttpRequest): Promise<HttpResponse> => ask(client, request, where);

  const get = (path: string, document: AlertDocument, signal: AbortSignal | undefined): Promise<HttpResponse> =>
    call({ method: 'GET', path, headers: { accept: 'application/json', ...maker.headers(document) }, signal });

  async function find(document: AlertDocument, signal: AbortSignal | undefined): Promise<string | undefined> {
    if (lookUp === undefined || readLookUp === undefined) return undefined;
    return readLookUp(await get(lookUp.ask(document), document, signal), document);
  }

  async function sendOne(document: AlertDocument, signal: AbortSignal, mayGoOn?: MayGoOn): Promise<SendResult> {
    const inTime = startCall((1 + Number(lookup?.first === true)) * client.inFlightMs, where);
    const known = lookup?.first === true ? await lookFirst(() => find(document, signal), where) : undefined;
    if (known !== undefined) return delivered(known);
    const fitting = await fittingBody(document, {
      bodyOf: (alert, mail) => maker.body({ ...document, alert }, mail),
      maxBytes: config.maxBytes,
      holdsAlert,
      sizes: [],
      takesMail,
      originals,
      where,
    });
    const { answer: outcome, warnings: told } = await sendWithMail(fitting, async (body) => {
      // The look-up and the store with the mail in it may have taken their time.
      await mayGoOn?.();
      if (document.attachOriginal === true) inTime();
      const response = await call({ ...maker.create(document, body), signal, unfinished: 'take' });
      return outcomeOf(response, config, where, judging);
    });
    if (outcome.kind === 'rejected') return { status: 'rejected', reason: outcome.reason };
    if (outcome.kind === 'created') return delivered(outcome.reference, [...told, ...(outcome.warnings ?? [])]);
    return settleDuplicate(document, outcome, signal);
  }

  /** Where it can be asked, a conflict is believed to be about this alert only if it is there. */
  async function settleDuplicate(
    document: AlertDocument,
    { reference, said }: Duplicate,
    signal: AbortSignal,
  ): Promise<SendResult> {
    if (lookup === undefined) return delivered(reference);
    const found = await find(document, signal);
    if (found !== undefined) return delivered(found);
    const what = `${said}, a duplicate by \`duplicate\`, and the look-up does not show the alert`;
    throw new LurewatchError('LW_TARGET_AMBIGUOUS', what, { where, mend: mendDuplicate });
  }

  return {
    name,
    repeats,
    alertsPerCall: 1,
    concurrency: config.concurrency,
    // The look-up before it, the request, the one without the mail, and until a look-up shows what they made.
    inFlightMs: client.inFlightMs * (1 + Number(lookup?.first === true) + Number(takesMail)) + (lookup?.settle ?? 0),
    wants: () => true,

    send: (documents, signal, mayGoOn) => oneByOne(documents, (document) => sendOne(document, signal, mayGoOn)),

    ...(lookup === undefined ? {} : { find }),

    async check(signal): Promise<readonly string[]> {
      const reached = `${url.origin}: reached${url.protocol === 'https:' && config.verify ? ', certificate verified' : ''}`;
      const access = await checkAccess({
        config,
        where,
        judging,
        askPath: (path, document) => get(maker.pathFor(path)(document), document, signal),
        find: (document) => find(document, signal),
        reach: () => call({ method: 'HEAD', path: '/', signal, unfinished: 'take' }),
      });
      return [reached, ...access, repeatsLine(repeats)];
    },

    close: () => client.close(),
  };
}
