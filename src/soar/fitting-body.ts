import type { Alert, AlertDocument } from '../alerts/types.js';
import type { Warning } from '../errors/warning.js';
import { allOf, type OpenOriginal, readOriginal, withoutOriginal } from './original.js';
import { type SizeLimit, textLength } from './trim/limits.js';
import { withNote } from './trim/tell-cuts.js';
import { cutWarnings, trimAlert } from './trim/trim-alert.js';
import type { WithMail } from './with-mail.js';

export interface BodyOptions {
  readonly bodyOf: (alert: Alert, mail?: Buffer) => string;
  readonly maxBytes: number;
  /** Whether a body holds all that the alert holds. */
  readonly holdsAlert: boolean;
  /** What else the target counts. */
  readonly sizes: readonly SizeLimit[];
  /** Whether the body has a place for the mail itself. */
  readonly takesMail: boolean;
  readonly originals: OpenOriginal | undefined;
  readonly where: string;
}

/**
 * The body of an alert's request, with the mail itself where the mailbox wants it to go along (`attachOriginal`). The
 * mail is the first thing that gives way, then what the order of trimming says.
 * @throws LW_TARGET_UNAVAILABLE while the store is away
 */
export async function fittingBody(document: AlertDocument, options: BodyOptions): Promise<WithMail<string>> {
  const { bodyOf, maxBytes, holdsAlert, sizes } = options;
  const { mail, without } = options.takesMail
    ? await readMail(document, { ...options, tooLarge: noRoom })
    : { mail: undefined, without: undefined };
  const bytes = {
    most: maxBytes,
    measure: (alert: Alert) => Buffer.byteLength(bodyOf(alert)),
    least: holdsAlert ? textLength : undefined,
  };
  const { alert, cuts } = await trimAlert(document.alert, { sizes: [...sizes, bytes] });
  const whole = bodyOf(alert, mail);
  const fits = mail === undefined || Buffer.byteLength(whole) <= maxBytes;
  const lost = fits ? without : noRoom;
  const { warnings = [] } = cutWarnings(cuts);
  return {
    body: fits ? whole : bodyOf(alert),
    warnings: lost === undefined ? warnings : [...warnings, lost],
    ...(fits && mail !== undefined
      ? { withoutMail: () => ({ body: bodyOf(withNote(alert, [...cuts, leftOut(document)])), warnings }) }
      : {}),
  };
}

const noRoom = withoutOriginal('it is larger than the `maxBytes` of the target');

/** What a case says of a mail that its target refused: one of the cuts. */
export function leftOut({ evidence }: Pick<AlertDocument, 'evidence'>): string {
  return `the mail itself: refused by the target; it stands in the store as evidence ${evidence}`;
}

export interface ReadMail {
  /** Undefined: none goes along, and `without` says why, where one should. */
  readonly mail: Buffer | undefined;
  readonly without: Warning | undefined;
}

export interface ReadMailOptions {
  readonly originals: OpenOriginal | undefined;
  readonly maxBytes: number;
  readonly where: string;
  /** What is told of one with more bytes. */
  readonly tooLarge: Warning;
}

/**
 * The mail that goes with an alert, in memory.
 * @throws LW_TARGET_UNAVAILABLE while the store is away
 */
export async function readMail(
  document: AlertDocument,
  { originals, maxBytes, where, tooLarge }: ReadMailOptions,
): Promise<ReadMail> {
  const read = await readOriginal(originals, document, where, async (mail) => ({ mail: await allOf(mail, maxBytes) }));
  if (read.made === undefined) return { mail: undefined, without: read.without };
  const { mail } = read.made;
  return { mail, without: mail === undefined ? tooLarge : undefined };
}
