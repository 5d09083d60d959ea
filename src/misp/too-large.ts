import { isLurewatchError } from '../errors/lurewatch-error.js';
import type { SendResult } from '../sinks/sink.js';
import type { MispEvent } from './types.js';

/** MISP shows such an event in some 40 MB, and takes seconds for it; what is much larger it cannot show at all. */
const mostAttributes = 50_000;

/** Why an event is too large to be sent, undefined where it is not. */
export function tooManyAttributes({ Attribute: attributes, Object: objects = [] }: MispEvent): string | undefined {
  const count = objects.reduce((sum, object) => sum + object.Attribute.length, attributes.length);
  if (count <= mostAttributes) return undefined;
  return `${count} attributes are too many for one event in MISP, which takes ${mostAttributes} here: a finer \`groupBy\` makes smaller events`;
}

/** What only concerns one event is an answer, not a failure. */
export async function rejectable(work: () => Promise<SendResult>): Promise<SendResult> {
  try {
    return await work();
  } catch (error) {
    if (!isLurewatchError(error, 'LW_MISP_REJECTED')) throw error;
    return { status: 'rejected', reason: error.what };
  }
}
