import type { AlertDocument } from '../../alerts/types.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { Warning } from '../../errors/warning.js';
import type { HttpRequest, HttpResponse } from '../../http/client.js';
import { formBody } from '../../http/multipart.js';
import type { MayGoOn } from '../../sinks/sink.js';
import { jsonOf } from '../../text/json-of.js';
import type { JudgeOptions } from '../http-answer.js';
import { withoutOriginal } from '../original.js';
import { excerpt } from '../printable.js';
import { failedAnswer, type Incident, judgeAnswer } from './answer.js';

export interface AttachOptions {
  readonly call: (request: HttpRequest) => Promise<HttpResponse>;
  /** What the paths of the API begin with. */
  readonly api: string;
  readonly where: string;
  readonly judging: JudgeOptions;
  /** Whether XSOAR is to begin the investigation once the file is there. */
  readonly investigate: boolean;
  readonly mayGoOn?: MayGoOn | undefined;
  /** Whether a further request of this call still ends within the `inFlightMs` of the target. */
  readonly inTime: () => boolean;
  readonly signal: AbortSignal;
}

type Attached = Pick<AlertDocument, 'alertId' | 'evidence'>;

function names(alertId: string): { readonly mail: string; readonly note: string } {
  return { mail: `${alertId}.eml`, note: `${alertId}.txt` };
}

/** What an incident shows of the mail that goes with it: the mail, or the note in its place. */
export function attachedTo({ attachment }: Incident, alertId: string): 'mail' | 'note' | undefined {
  const { mail, note } = names(alertId);
  const has = (wanted: string): boolean => attachment?.some(({ name }) => name === wanted) === true;
  if (has(mail)) return 'mail';
  return has(note) ? 'note' : undefined;
}

/**
 * Uploads the mail to its incident (`POST /incident/upload/{id}` of the Cortex XSOAR API; its `last` begins the
 * investigation, so that a playbook finds the mail from its first task on). Where XSOAR refuses the mail, a note that
 * says so takes its place, and a warning comes back: the incident is there all the same.
 * @throws LW_TARGET_AMBIGUOUS for whatever may pass: a search tells then what the incident has
 */
export async function attachMail(
  incidentId: string,
  document: Attached,
  mail: Buffer,
  options: AttachOptions,
): Promise<readonly Warning[]> {
  const { mail: fileName } = names(document.alertId);
  const comment = `The mail as it was received, SHA-256 ${document.evidence}`;
  const refused = await upload(incidentId, { fileName, comment, content: mail, type: 'message/rfc822' }, options);
  if (refused === undefined) return [];
  return attachNote(incidentId, document, withoutOriginal(refused), options);
}

/** A note in the place of a mail that does not come; `why` comes back, with what became of the note. */
export async function attachNote(
  incidentId: string,
  { alertId, evidence }: Attached,
  why: Warning,
  options: AttachOptions,
): Promise<readonly Warning[]> {
  const text = `${why.reason}.\nThe store of Lurewatch holds it as evidence ${evidence} (SHA-256).\n`;
  const file = { fileName: names(alertId).note, comment: 'Why the mail itself is not here', type: 'text/plain' };
  const refused = options.inTime()
    ? await upload(incidentId, { ...file, content: Buffer.from(text) }, options)
    : 'the target took too long';
  if (refused === undefined) return [why];
  const begun = options.investigate ? ', and its investigation has to be begun by hand' : '';
  return [{ ...why, reason: `${why.reason}; nor did a note in its place (${refused})${begun}` }];
}

interface UploadedFile {
  readonly fileName: string;
  readonly comment: string;
  readonly content: Buffer;
  readonly type: string;
}

/** Why XSOAR refused the file for good; undefined: it has it. */
async function upload(
  incidentId: string,
  { fileName, comment, content, type }: UploadedFile,
  { call, api, where, judging, investigate, mayGoOn, inTime, signal }: AttachOptions,
): Promise<string | undefined> {
  const { contentType, body } = formBody([
    { name: 'fileName', content: fileName },
    { name: 'fileComment', content: comment },
    ...(investigate ? [{ name: 'last', content: 'true' }] : []),
    { name: 'file', content, contentType: type, fileName },
  ]);
  const path = `${api}/incident/upload/${encodeURIComponent(incidentId)}`;
  await mayGoOn?.();
  if (!inTime()) {
    const what = 'the incident is there, and its mail is left to the next attempt: this one has lasted too long';
    throw new LurewatchError('LW_TARGET_AMBIGUOUS', what, { where });
  }
  try {
    const response = await call({ method: 'POST', path, headers: { 'content-type': contentType }, body, signal });
    const verdict = judgeAnswer(response, where, judging);
    return verdict.kind === 'rejected' ? verdict.reason : refusalIn(response, where, judging.hide ?? []);
  } catch (error) {
    return refusalOrDoubt(error, where);
  }
}

/** Of a 2xx. Nothing is needed of its body, but a login page must not pass for an answer. */
function refusalIn({ body }: HttpResponse, where: string, hide: readonly string[]): string | undefined {
  const json = jsonOf(body);
  const failed = failedAnswer(json);
  if (failed !== undefined) return `the target answered with an error (${excerpt(failed, hide)})`;
  if (json !== undefined || body.trim() === '') return undefined;
  throw new LurewatchError('LW_TARGET_ANSWER', `an upload was answered with no JSON (${excerpt(body, hide)})`, {
    where,
  });
}

/**
 * The key was good for the search and the incident just before: one that may not upload, and an API without uploads, are
 * a refusal of the file. Anything else may pass, and whatever the failure means for the file, the incident is there: a
 * further attempt has to wait until the search shows it.
 */
function refusalOrDoubt(error: unknown, where: string): string {
  if (!(error instanceof LurewatchError)) throw error;
  if (error.code === 'LW_TARGET_AUTH' || error.code === 'LW_TARGET_REFUSES') return error.what;
  throw new LurewatchError('LW_TARGET_AMBIGUOUS', `the incident is there, and its mail may not be: ${error.what}`, {
    where,
    cause: error,
    retryAfterMs: error.retryAfterMs,
  });
}
