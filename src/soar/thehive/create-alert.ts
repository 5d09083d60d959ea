import type { Warning } from '../../errors/warning.js';
import type { HttpResponse } from '../../http/client.js';
import type { FormBody } from '../../http/multipart.js';
import type { Rejected } from '../with-mail.js';
import type { AlertRequest } from './alert-request.js';
import { type TypesOverThere, typeRefusal } from './missing-types.js';
import { takesFiles, usedTypes } from './request-body.js';

export interface CreateOptions {
  readonly types: TypesOverThere;
  /** The types over there; undefined where the key may not list them. */
  readonly listTypes: () => Promise<readonly string[] | undefined>;
  readonly post: (form: FormBody) => Promise<HttpResponse>;
}

export interface Answered {
  readonly kind: 'answered';
  readonly response: HttpResponse;
  /** What became of values whose types TheHive does not have. */
  readonly warnings: readonly Warning[];
}

/**
 * Sends an alert until TheHive no longer refuses it for the type of an observable: each time with fewer types, at last
 * with none. A refusal creates nothing: alert and observables are one transaction.
 */
export async function createAlert(
  request: AlertRequest,
  { types, listTypes, post }: CreateOptions,
): Promise<Answered | Rejected> {
  for (let missing = types.missing(); ; ) {
    if (request.needsFiles && !takesFiles(missing)) {
      return { kind: 'rejected', reason: 'TheHive has no observable type `file`' };
    }
    const response = await post(request.form(missing));
    const refusal = typeRefusal(response);
    if (refusal === undefined || missing.size === usedTypes.length) {
      return { kind: 'answered', response, warnings: request.warnings(missing) };
    }
    missing = types.learn(missing, refusal, await listTypes());
  }
}
