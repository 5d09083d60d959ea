import { z } from 'zod';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { HttpResponse } from '../../http/client.js';
import { jsonOf } from '../../text/json-of.js';
import { type JudgeOptions, judge } from '../http-answer.js';
import { excerpt } from '../printable.js';

const currentUser = z.object({
  login: z.string(),
  organisation: z.string().optional(),
  permissions: z.array(z.string()).optional(),
});

/** TheHive 5 has split the permission of TheHive 4 into several. */
const needed = { 5: 'manageAlert/create', 4: 'manageAlert' } as const;

/**
 * What `GET /api/v1/user/current` tells, a line each.
 * @throws LW_TARGET_AUTH where the user may not create alerts
 */
export function checkUser(
  response: HttpResponse,
  version: 4 | 5,
  where: string,
  judging: JudgeOptions,
): readonly string[] {
  const verdict = judge(response, where, judging);
  const parsed = currentUser.safeParse(jsonOf(response.body));
  if (verdict.kind === 'rejected' || !parsed.success) {
    const said = verdict.kind === 'rejected' ? verdict.reason : excerpt(response.body, judging.hide);
    throw new LurewatchError('LW_TARGET_ANSWER', `the answer is no user of TheHive (${said})`, { where });
  }
  const { login, organisation = 'its own', permissions } = parsed.data;
  const who = `${excerpt(login)}, organisation ${excerpt(organisation)}`;
  const permission = needed[version];
  if (permissions === undefined) return [`the key is that of ${who}; its permissions are not told`];
  if (!permissions.includes(permission)) {
    throw new LurewatchError('LW_TARGET_AUTH', `${who}, may not create alerts (permission ${permission})`, {
      where,
      mend: `Give the user a profile with ${permission} in that organisation, or name another \`organisation\`.`,
    });
  }
  return [`the key is that of ${who}, which may create alerts (${permission})`];
}
