import { LurewatchError } from '../errors/lurewatch-error.js';

/** Codes of Node and undici after which no byte of the request can have been acted upon. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const certificate = /^(ERR_TLS_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL_|HOSTNAME_MISMATCH)/;

/** A request without a usable answer. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  /** `no`: certainly not carried out. `maybe`: it may have been. */
  readonly sent: 'no' | 'maybe';
  readonly tls: boolean;

  constructor(message: string, sent: 'no' | 'maybe', tls: boolean, cause: unknown) {
    super(message, { cause });
    this.sent = sent;
    this.tls = tls;
  }

  static from(error: unknown, origin: string): HttpFailure {
    const code = errorCode(error);
    const tls = certificate.test(code);
    const reason = error instanceof Error ? error.message : String(error);
    const text = `${origin}: ${code === '' ? reason : `${code}: ${reason}`}`;
    return new HttpFailure(text, tls || neverSent.has(code) ? 'no' : 'maybe', tls, error);
  }

  /** The same as an error of a sink: LW_TARGET_ or LW_MISP_. */
  toLurewatch(family: 'LW_TARGET' | 'LW_MISP', where: string): LurewatchError {
    const what = `no usable answer (${this.message})`;
    if (this.tls) return new LurewatchError(`${family}_TLS`, what, { where, cause: this });
    if (this.sent === 'no') return new LurewatchError(`${family}_UNAVAILABLE`, what, { where, cause: this });
    return new LurewatchError(`${family}_AMBIGUOUS`, what, { where, cause: this });
  }
}

function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  return 'cause' in error ? errorCode(error.cause) : '';
}
