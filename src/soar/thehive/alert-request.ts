import type { Alert, AlertDocument } from '../../alerts/types.js';
import { urlsAsFound } from '../../alerts/urls-as-found.js';
import type { Warning } from '../../errors/warning.js';
import { type FormBody, formBody } from '../../http/multipart.js';
import { leftOut, readMail } from '../fitting-body.js';
import { aboveMaxOriginalBytes, type OpenOriginal, withoutOriginal } from '../original.js';
import { withNote } from '../trim/tell-cuts.js';
import { cutWarnings, trimAlert } from '../trim/trim-alert.js';
import type { WithMail } from '../with-mail.js';
import type { ThehiveTargetConfig } from './config.js';
import type { MissingTypes } from './missing-types.js';
import {
  alertBody,
  type BodyExtras,
  fileType,
  mailPart,
  thehiveObservables,
  tooLongObservables,
  typeWarnings,
} from './request-body.js';

/** What TheHive reads of a request unless `play.http.parser.maxMemoryBuffer` is raised: 1 MB (TheHive issue 857). */
const mostBytes = 1_000_000;
const noRoom = withoutOriginal('TheHive 4 reads 1 MB of a request');
/** Each is a record of its own over there: thousands would take longer than the time a request has. */
const mostObservables = 500;

/** An alert that is ready to be sent, whatever observable types TheHive turns out to have. */
export interface AlertRequest {
  /** Whether it holds a file, which has a type as well. */
  readonly needsFiles: boolean;
  readonly form: (missing: MissingTypes) => FormBody;
  readonly warnings: (missing: MissingTypes) => readonly Warning[];
}

/**
 * The request of an alert, with the mail itself as an observable of type `file` where it goes along: TheHive takes both in
 * one request, so that nothing can come between them. TheHive 5 reads a form with the file (thehive4py 2,
 * `attachment_map` of `alert.create`), TheHive 4 `name;type;Base64` as the data (its source, v0/AlertCtrl.scala).
 * @throws LW_TARGET_UNAVAILABLE while the store is away
 */
export async function alertRequest(
  document: AlertDocument,
  config: ThehiveTargetConfig,
  originals: OpenOriginal | undefined,
  where: string,
): Promise<WithMail<AlertRequest>> {
  const { alertId } = document;
  const asFound = urlsAsFound(document.urls);
  const everyType: BodyExtras = { missing: new Set(), asFound };
  const limits = {
    sizes: [
      {
        most: mostObservables,
        measure: (alert: Alert) => thehiveObservables(alert, 0, everyType.missing, asFound).length,
      },
      {
        most: mostBytes,
        measure: (alert: Alert) => Buffer.byteLength(JSON.stringify(alertBody('', alert, config, everyType))),
      },
    ],
  };
  const { alert, cuts } = await trimAlert(document.alert, limits);
  const tooLong = tooLongObservables(alert, asFound);
  const left = tooLong === 0 ? [] : [`${tooLong} values above 4,096 characters are no observables`];
  const { warnings = [] } = cutWarnings([...cuts, ...left]);
  const { mail, without } = await readMail(document, { originals, where, ...mailLimit(config) });
  const request = (sent: Alert, file?: Buffer): AlertRequest => ({
    needsFiles: file !== undefined,
    form: (missing) => requestForm(alertId, sent, config, { missing, mail: file, asFound }),
    warnings: (missing) => typeWarnings(sent, missing),
  });
  const alone = (sent: Alert, told: readonly Warning[]) => ({ body: request(sent), warnings: told });
  if (mail === undefined) return alone(alert, without === undefined ? warnings : [...warnings, without]);
  const whole = request(alert, mail);
  const fits = config.version === 5 || whole.form(new Set()).body.length <= mostBytes;
  if (!fits) return alone(alert, [...warnings, noRoom]);
  return { body: whole, warnings, withoutMail: () => alone(withNote(alert, [...cuts, leftOut(document)]), warnings) };
}

/** TheHive 4 has the mail in the request itself. */
function mailLimit({ version, maxOriginalBytes }: ThehiveTargetConfig) {
  return version === 4 && maxOriginalBytes > mostBytes
    ? { maxBytes: mostBytes, tooLarge: noRoom }
    : { maxBytes: maxOriginalBytes, tooLarge: aboveMaxOriginalBytes };
}

function requestForm(alertId: string, alert: Alert, config: ThehiveTargetConfig, extras: BodyExtras): FormBody {
  const { mail } = extras;
  const json = JSON.stringify(alertBody(alertId, alert, config, extras));
  if (mail === undefined || config.version === 4) return { contentType: 'application/json', body: Buffer.from(json) };
  const file = { content: mail, contentType: fileType, fileName: `${alertId}.eml` };
  return formBody([
    { name: '_json', content: json },
    { name: mailPart, ...file },
  ]);
}
