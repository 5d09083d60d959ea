import { z } from 'zod';
import { didYouMean, nearest } from '../../config/nearest.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { HttpResponse } from '../../http/client.js';
import { jsonOf } from '../../text/json-of.js';
import { type JudgeOptions, judge } from '../http-answer.js';
import { excerpt } from '../printable.js';
import type { SplunkSoarTargetConfig } from './config.js';

const named = z
  .union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)])
  .transform((name) => excerpt(name));
/** What of it is not as expected is not looked at: the shape is that of other clients' source, and not documented. */
const optionsSchema = z.object({
  label: z.array(named).optional().catch(undefined),
  severity: z.array(named).optional().catch(undefined),
});

/**
 * Whether the label and the severities of the configuration exist over there, by GET /rest/container_options.
 * @throws LW_TARGET_REFUSES for one that does not; what `judge` throws
 */
export function checkOptions(
  response: HttpResponse,
  { label, severity }: SplunkSoarTargetConfig,
  where: string,
  judging: JudgeOptions,
): readonly string[] {
  // Of releases that have no such page, or a role that may not see it, nothing is known.
  if (response.status === 403 || response.status === 404) return ['which labels there are is not shown to this user'];
  const verdict = judge(response, where, judging);
  const options = verdict.kind === 'accepted' ? optionsSchema.safeParse(jsonOf(response.body)) : undefined;
  const known = options?.success === true ? options.data : {};
  expectKnown(label, known.label, `${where}.label`, 'label');
  for (const [priority, name] of Object.entries(severity)) {
    // The three of the product may be used even where they were deleted ("REST Severity").
    if (/^(low|medium|high)$/i.test(name)) continue;
    expectKnown(name, known.severity, `${where}.severity.${priority}`, 'severity');
  }
  return known.label === undefined ? ['which labels there are is not told'] : [`the label \`${label}\` exists`];
}

function expectKnown(name: string, known: readonly string[] | undefined, place: string, what: string): void {
  if (known === undefined || known.some((other) => other.toLowerCase() === name.toLowerCase())) return;
  const advice = didYouMean(nearest(name, known));
  throw new LurewatchError('LW_TARGET_REFUSES', `there is no ${what} \`${name}\` over there${advice}`, {
    where: place,
    mend: `Use one of ${known.slice(0, 20).join(', ')}, or add it under Administration > Event Settings.`,
  });
}
