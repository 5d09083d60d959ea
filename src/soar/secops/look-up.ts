import { z } from 'zod';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { HttpRequest, HttpResponse } from '../../http/client.js';
import { jsonOf } from '../../text/json-of.js';
import { type JudgeOptions, judge } from '../http-answer.js';
import { excerpt } from '../printable.js';

/** The two read calls of the platform's SDK, under the paths of one of its two APIs. */
export interface LookUp {
  /** POST: the ids of the cases that a filter finds. */
  readonly casesByFilter: string;
  /** GET: the ticket ids of the alerts in one case. */
  ticketIdsOf(caseId: string): string;
  /** Sends with the API's own credentials. */
  call(request: HttpRequest): Promise<HttpResponse>;
  readonly where: string;
  readonly judging: JudgeOptions;
}

/** More than this for one ticket id is no answer to our question. */
const mostCases = 50;

const idList = z.array(z.union([z.string(), z.number()]).transform(String));
/** A plain list, as the SDK of the platform reads it; some calls of the Chronicle API wrap theirs in `payload`. */
const answerSchema = z.union([idList, z.object({ payload: idList }).transform(({ payload }) => payload)]);

/**
 * The case that holds the alert with exactly this ticket id; undefined where there certainly is none.
 * `ticked_ids_free_search` (the platform's spelling) also finds ids that merely contain the words, so each case
 * found is asked for its ticket ids.
 */
export async function findCase(lookUp: LookUp, ticketId: string, signal?: AbortSignal): Promise<string | undefined> {
  const body = JSON.stringify(casesFilter(ticketId));
  const headers = { 'content-type': 'application/json' };
  const cases = idsOf(lookUp, await lookUp.call({ method: 'POST', path: lookUp.casesByFilter, headers, body, signal }));
  for (const caseId of cases.slice(0, mostCases)) {
    const tickets = idsOf(lookUp, await lookUp.call({ method: 'GET', path: lookUp.ticketIdsOf(caseId), signal }));
    if (tickets.includes(ticketId)) return caseId;
  }
  if (cases.length > mostCases) {
    const what = `the look-up of a ticket id found ${cases.length} cases, none of the first ${mostCases} has it`;
    throw new LurewatchError('LW_TARGET_ANSWER', what, { where: lookUp.where });
  }
  return undefined;
}

function idsOf(lookUp: LookUp, response: HttpResponse): readonly string[] {
  const verdict = judge(response, lookUp.where, lookUp.judging);
  if (verdict.kind === 'rejected') {
    throw new LurewatchError('LW_TARGET_REFUSES', `a look-up was rejected: ${verdict.reason}`, { where: lookUp.where });
  }
  const parsed = answerSchema.safeParse(jsonOf(response.body));
  if (parsed.success) return parsed.data;
  const what = `a look-up was answered with something else than a list of ids (${excerpt(response.body)})`;
  throw new LurewatchError('LW_TARGET_ANSWER', what, { where: lookUp.where });
}

/** Every field of the filter, with the values that mean "any": what the platform's own SDK sends. */
function casesFilter(ticketId: string): Readonly<Record<string, unknown>> {
  return {
    ticked_ids_free_search: ticketId,
    case_ids_free_search: '',
    wall_data_free_search: '',
    entities_free_search: '',
    environments: [],
    analysts: [],
    status: [],
    case_names: [],
    tags: [],
    priorities: [],
    stages: [],
    case_types: [],
    products: [],
    networks: [],
    start_time_unix_time_in_ms: -1,
    end_time_unix_time_in_ms: -1,
  };
}
