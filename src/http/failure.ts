import { errors } from 'undici';
import { LurewatchError } from '../errors/lurewatch-error.js';

const certificate =
  /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/;

/** Of an error that says: the certificate does not verify, or the other side speaks no TLS. */
export function isCertificateCode(code: string): boolean {
  return certificate.test(code);
}

/** More was answered than is taken. It will be as long the next time. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';
  readonly limitBytes: number;

  constructor(limitBytes: number) {
    super(`the answer is longer than ${limitBytes} bytes`);
    this.limitBytes = limitBytes;
  }
}

/**
 * A request without a usable answer.
 *
 * `sent` is known from whether the request was handed to a connection, not guessed from error codes: until then no
 * byte of it can have been acted upon. From then on nothing is certain, also where a kept-alive connection was closed
 * by the other side at the same moment.
 */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  /** `no`: certainly not carried out. `maybe`: it may have been. */
  readonly sent: 'no' | 'maybe';
  /** The certificate does not verify, or the other side speaks no TLS. */
  readonly tls: boolean;

  constructor(message: string, sent: 'no' | 'maybe', tls: boolean, cause?: unknown) {
    super(message, { cause });
    this.sent = sent;
    this.tls = tls;
  }

  static from(error: unknown, origin: string, sent: 'no' | 'maybe'): HttpFailure {
    const code = errorCode(error);
    const reason = error instanceof Error ? error.message : String(error);
    const text = code === '' || reason.includes(code) ? reason : `${code}: ${reason}`;
    // A TLS error on a connection that already carried the request is a broken connection, not a bad certificate.
    return new HttpFailure(
      `${origin}: ${text || 'the connection failed'}`,
      sent,
      sent === 'no' && isCertificateCode(code),
      // undici keeps on its own error what the server sent, which may be what we sent it.
      error instanceof errors.HTTPParserError ? new Error(error.message) : error,
    );
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
