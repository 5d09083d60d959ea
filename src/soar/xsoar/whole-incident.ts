import type { AlertDocument } from '../../alerts/types.js';
import type { Warning } from '../../errors/warning.js';
import type { ReadMail } from '../fitting-body.js';
import { withoutOriginal } from '../original.js';
import type { Incident } from './answer.js';
import { type AttachOptions, attachedTo, attachMail, attachNote } from './attach-mail.js';

/** Whether nothing of the alert is missing there: its mail, or the note in its place. */
export function isWhole(incident: Incident, { alertId, attachOriginal }: AlertDocument): boolean {
  return attachOriginal !== true || attachedTo(incident, alertId) !== undefined;
}

/** What is told again of an incident that an earlier attempt left with a note. */
export function noteInstead(incident: Incident, { alertId, attachOriginal }: AlertDocument): readonly Warning[] {
  const hasNote = attachOriginal === true && attachedTo(incident, alertId) === 'note';
  return hasNote ? [withoutOriginal('the note in its place says why')] : [];
}

/**
 * Does what an earlier attempt left undone: attaches the mail, or, where there is none any more, begins the investigation
 * that was to begin with it.
 * @throws LW_TARGET_AMBIGUOUS
 */
export async function complete(
  incident: Incident,
  document: AlertDocument,
  { mail, without }: ReadMail,
  options: AttachOptions,
): Promise<readonly Warning[]> {
  // Begun already, by an analyst or by the release that created the incident in one request: it does not begin again.
  const investigate = options.investigate && (incident.investigationId ?? '') === '';
  if (mail !== undefined) return attachMail(incident.id, document, mail, { ...options, investigate });
  if (without === undefined) return [];
  return investigate ? attachNote(incident.id, document, without, options) : [without];
}
