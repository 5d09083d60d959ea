import { z } from 'zod';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { HttpResponse } from '../../http/client.js';
import { jsonOf } from '../../text/json-of.js';

const incidentFields = z.array(
  z.object({ cliName: z.string(), type: z.string().optional(), unsearchable: z.boolean().nullish() }),
);

/**
 * What `GET /incidentfields` tells of the field for the alert id. A key that may create incidents need not be allowed to
 * read this, so that only a list in which the field is missing or hidden from the search is a mistake.
 * @throws LW_TARGET_REFUSES
 */
export function checkField(response: HttpResponse, idField: string, where: string): string {
  const parsed = incidentFields.safeParse(response.status === 200 ? jsonOf(response.body) : undefined);
  if (!parsed.success) return `the incident field ${idField} could not be looked at: make sure that it is there`;
  const field = parsed.data.find(({ cliName }) => cliName === idField);
  const mend = `Make an incident field of type Short text with the machine name ${idField}, for all incident types and searchable (docs/targets/xsoar.md), or name yours in \`idField\`.`;
  if (field === undefined) {
    const what = `XSOAR has no incident field ${idField}, so that no alert could be found again`;
    throw new LurewatchError('LW_TARGET_REFUSES', what, { where, mend });
  }
  if (field.unsearchable === true) {
    throw new LurewatchError('LW_TARGET_REFUSES', `the incident field ${idField} cannot be searched`, { where, mend });
  }
  return `the incident field ${idField} is there and can be searched`;
}

/**
 * The same of the field for the grouping key, which only rules over there read.
 * @throws LW_TARGET_REFUSES
 */
export function checkGroupingField(response: HttpResponse, groupingField: string, where: string): readonly string[] {
  const parsed = incidentFields.safeParse(response.status === 200 ? jsonOf(response.body) : undefined);
  if (!parsed.success) return [];
  if (parsed.data.some(({ cliName }) => cliName === groupingField)) {
    return [`the incident field ${groupingField} is there, for the grouping key`];
  }
  throw new LurewatchError('LW_TARGET_REFUSES', `XSOAR has no incident field ${groupingField}`, {
    where,
    mend: `Make an incident field of type Short text with the machine name ${groupingField}, or take \`groupingField\` out.`,
  });
}
