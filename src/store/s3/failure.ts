import { isRecord } from '../../config/is-record.js';
import type { ErrorCode } from '../../errors/catalogue.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { isCertificateCode } from '../../http/failure.js';

/** Full, by whatever name and status a service says so: there is room again once somebody made it. */
const full = /Quota|StorageFull|InsufficientStorage/i;
/** 4xx that pass: the request is right, the moment was not. */
const passing = new Set([408, 409, 412, 425, 429]);

/** What the service or the connection said, as far as it may be told to anybody. */
interface Complaint {
  readonly name: string;
  readonly text: string;
  readonly code: string;
  readonly status: number | undefined;
}

export interface Where {
  readonly store: string;
  /** The object that was read, for what is the matter with it alone. */
  readonly object?: string | undefined;
}

/**
 * An error of the SDK as ours. Nothing of the SDK's own error is kept but its name and message: it also carries the
 * request, with what was signed.
 * @param what what was to be done: `write`
 */
export function storeFailure(error: unknown, what: string, { store, object }: Where): unknown {
  // What we did wrong ourselves is not the store's.
  if (error instanceof LurewatchError || error instanceof TypeError || error instanceof RangeError) return error;
  const complaint = complaintOf(error);
  const { text } = complaint;
  if (text.includes('Region is missing')) {
    return new LurewatchError('LW_CONFIG_INVALID', 'the region of the bucket is not known', {
      where: store,
      mend: 'Set `store.region`, or AWS_REGION.',
    });
  }
  const code = codeFor(complaint);
  const where = code === 'LW_STORE_CORRUPT' && object !== undefined ? `store object ${object}` : store;
  return new LurewatchError(code, `cannot ${what} (${text})`, { where, cause: bare(complaint) });
}

/** The HTTP status that the service answered with, where it answered. */
export function statusOf(error: unknown): number | undefined {
  return complaintOf(error).status;
}

/** The service's own name of what is wrong: `NoSuchKey`. */
export function nameOf(error: unknown): string {
  return complaintOf(error).name;
}

function codeFor({ name, code, status, text }: Complaint): ErrorCode {
  if (isCertificateCode(code) || code === 'EPROTO') return 'LW_STORE_TLS';
  if (/^Checksum mismatch/.test(text) || code.startsWith('Z_')) return 'LW_STORE_CORRUPT';
  if (name === 'CredentialsProviderError') return 'LW_STORE_REFUSED';
  if (status === 501) return 'LW_STORE_UNSUITABLE';
  if (status === undefined || status >= 500 || passing.has(status) || full.test(name)) return 'LW_STORE_UNAVAILABLE';
  return 'LW_STORE_REFUSED';
}

function complaintOf(error: unknown): Complaint {
  if (!isRecord(error)) return { name: '', text: String(error), code: '', status: undefined };
  const metadata = isRecord(error.$metadata) ? error.$metadata : {};
  const status = typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
  const name = wordOf(error.name);
  const code = codeOf(error);
  const said = wordOf(error.message);
  // `SlowDown 503: Please …`, or `ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:9000`.
  const head = status === undefined ? code : `${name} ${status}`.trim();
  const text = [head, said === name ? '' : said].filter((part) => part !== '').join(': ');
  return { name, text: text === '' ? 'the connection failed' : text, code, status };
}

/** Answers without a body have none, and the SDK fills in. */
function wordOf(value: unknown): string {
  return typeof value === 'string' && !/^(Unknown|UnknownError|Error)$/.test(value) ? value : '';
}

function codeOf(error: Readonly<Record<string, unknown>>): string {
  if (typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError && isRecord(error.errors[0])) return codeOf(error.errors[0]);
  return isRecord(error.cause) ? codeOf(error.cause) : '';
}

function bare({ name, text }: Complaint): Error {
  return Object.assign(new Error(text), { name: name === '' ? 'Error' : name });
}
