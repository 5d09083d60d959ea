import { z } from 'zod';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { Warning } from '../../errors/warning.js';
import type { HttpResponse } from '../../http/client.js';
import { jsonOf } from '../../text/json-of.js';
import { excerpt } from '../printable.js';
import { failedAnswer, type Incident, incident, isOf, isOfAnother } from './answer.js';

/** What XSOAR made of an incident that it took. */
export type Created =
  | { readonly kind: 'created'; readonly incident: Incident }
  /** XSOAR has dealt with it, and gave it no id of its own. */
  | { readonly kind: 'no-id'; readonly warning: Warning }
  | { readonly kind: 'rejected'; readonly reason: string };

/** An incident that has none: what was sent comes back, or an empty id. */
const unnamed = z.object({
  id: z.literal('').nullish(),
  CustomFields: z.record(z.string(), z.unknown()).nullish(),
  rawJSON: z.string().nullish(),
});

const rules = 'look at the pre-process rules of XSOAR';

/**
 * What became of an incident, by the body of a 2xx.
 *
 * A pre-process rule may drop what comes in, "and no incident is created", or drop it and update another one
 * (docs-cortex.paloaltonetworks.com, Cortex XSOAR, "Rule Actions for Pre-Process Rules"). What the API answers then is
 * not published, only that there can be no id. An incident without an id is XSOAR's own word that it was dealt with as
 * its administrator wishes. Of JSON that shows no incident that is not so sure: a person decides, and no mail goes round
 * for ever. One that shows another alert was updated in the place of ours: nothing is attached to it, and no investigation
 * of it begun.
 * @throws LW_TARGET_ANSWER for an error, and for what is no JSON and so not of XSOAR: it may have been created all the same
 */
export function createdIncident(
  { status, body }: HttpResponse,
  { alertId, idField }: { readonly alertId: string; readonly idField: string },
  where: string,
  hide: readonly string[],
): Created {
  const said = excerpt(body, hide);
  const json = jsonOf(body);
  if (failedAnswer(json) !== undefined || (json === undefined && body.trim() !== '')) {
    throw new LurewatchError('LW_TARGET_ANSWER', `the answer is no incident (${said})`, { where });
  }
  const made = incident.safeParse(json);
  if (made.success && isOfAnother(made.data, alertId, idField)) {
    const reason = `XSOAR answered with incident ${made.data.id}, which is of another alert, as where a rule updates that instead: ${rules}`;
    return { kind: 'no-id', warning: { code: 'LW_WARN_CASE_ID', reason } };
  }
  if (made.success) return { kind: 'created', incident: made.data };
  const none = unnamed.safeParse(json);
  if (none.success && (none.data.id === '' || isOf(none.data, alertId, idField))) {
    const reason = `XSOAR took the incident and gave it no id, as where a rule drops it: ${rules}`;
    return { kind: 'no-id', warning: { code: 'LW_WARN_CASE_ID', reason } };
  }
  return { kind: 'rejected', reason: `the target answered ${status} with no incident (${said}): ${rules}` };
}
