import type { AlertDocument } from '../../alerts/types.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { HttpResponse } from '../../http/client.js';
import { type JudgeOptions, judge } from '../http-answer.js';
import { checkDocument } from './check-document.js';
import type { HttpTargetConfig } from './config.js';

export interface AccessCheck {
  readonly config: HttpTargetConfig;
  readonly where: string;
  readonly judging: JudgeOptions;
  /** GET of `check.path`. */
  readonly askPath: (path: string, document: AlertDocument) => Promise<HttpResponse>;
  readonly find: (document: AlertDocument) => Promise<string | undefined>;
  /** Any answer will do. */
  readonly reach: () => Promise<HttpResponse>;
}

/**
 * What `check` can find out without creating anything: whether `check.path` and the look-up are answered as they should
 * be. Without either only the root of the host is asked, and no configured path: some systems begin to work at any method.
 */
export async function checkAccess(access: AccessCheck): Promise<readonly string[]> {
  const { check, lookup } = access.config;
  const lines: string[] = [];
  if (check !== undefined) {
    expectStatus(await access.askPath(check.path, checkDocument), check.status, access);
    lines.push('the credentials are accepted');
  }
  if (lookup !== undefined) {
    expectNone(await access.find(checkDocument), access);
    lines.push('alerts can be looked up');
  }
  if (lines.length > 0) return lines;
  await access.reach();
  return ['whether the credentials are right shows at the first alert: without `check` nothing can be asked'];
}

/** Whoever finds this one finds every alert, and no mail would ever be sent. */
function expectNone(found: string | undefined, { where }: AccessCheck): void {
  if (found === undefined) return;
  const what = `the look-up finds \`${found}\` for an alert that there is not, so it cannot tell alerts apart`;
  throw new LurewatchError('LW_TARGET_REFUSES', what, {
    where: `${where}.lookup`,
    mend: 'Name in `match` where the alert id stands in a record, and in `absent` the status for none.',
  });
}

function expectStatus(response: HttpResponse, right: readonly number[], { where, judging }: AccessCheck): void {
  if (right.includes(response.status)) return;
  const verdict = judge(response, where, judging);
  const what = `\`check.path\` was answered with ${response.status}, not ${right.join(', ')}`;
  const said = verdict.kind === 'rejected' ? `${what}: ${verdict.reason}` : what;
  throw new LurewatchError('LW_TARGET_REFUSES', said, { where });
}
