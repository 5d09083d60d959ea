import type { ErrorCode } from '../../errors/catalogue.js';
import { isLurewatchError, LurewatchError } from '../../errors/lurewatch-error.js';
import type { Mechanism } from '../oauth/open-oauth.js';
import { refusedToken, withoutTokens } from '../oauth/redact.js';
import type { ImapSettings } from './settings.js';

/** The connection did not come about, or is gone: codes of Node and of imapflow (its errors.js). */
const connectionLost = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'],
  ...['NoConnection', 'EConnectionClosed', 'StateLogout', 'ClosedAfterConnectText', 'ClosedAfterConnectTLS'],
  ...['CONNECT_TIMEOUT', 'GREETING_TIMEOUT', 'UPGRADE_TIMEOUT', 'ETIMEOUT'],
]);

const certificate = /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO$|STARTTLS_)/;

/** RFC 5530 response codes, and the words of servers that send none, of a log-in that may succeed later. */
const temporary = /^(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN|THROTTLED|OVERQUOTA)$/;
const temporaryWords = /temporar|try again|too many|unavailable|internal error|server busy|rate limit/i;
const refusedForGood = /^(AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED|PRIVACYREQUIRED)$/;

/** What imapflow and Node tell about a failure. */
interface Facts {
  readonly code: string;
  readonly text: string;
  readonly serverCode: string;
  readonly authentication: boolean;
  readonly tls: boolean;
  readonly retryAfterMs: number | undefined;
  /** What the server says of a refused token, and ''. */
  readonly oauth: string;
}

/**
 * The one place where a failure of imapflow becomes an error of ours.
 * @param doing what was tried, for people: `open the folder "SOC"`
 * @param earlier what the connection complained about before, where `error` only says that it is gone
 * @param accessToken what was logged in with, which the server might repeat
 */
export function toMailError(
  error: unknown,
  settings: ImapSettings,
  doing: string,
  earlier?: unknown,
  accessToken?: string,
): LurewatchError {
  if (error instanceof LurewatchError) return error;
  const facts = factsOf(earlier !== undefined && connectionLost.has(property(error, 'code')) ? earlier : error);
  const { code, mend } = judge(facts, settings);
  const parts = [facts.code, facts.serverCode, facts.text, facts.oauth];
  const redact = (text: string) => withoutLogin(text, settings, accessToken);
  const detail = redact(parts.filter((part) => part !== '').join(': '));
  return new LurewatchError(code, `could not ${doing} at ${settings.host}:${settings.port} (${detail})`, {
    where: settings.where,
    mend,
    retryAfterMs: facts.retryAfterMs,
    cause: redactedCause(error, redact),
  });
}

function judge(facts: Facts, settings: ImapSettings): { code: ErrorCode; mend?: string } {
  if (facts.code === 'ENOTFOUND' || facts.code === 'EAI_NODATA') return { code: 'LW_MAIL_HOST_UNKNOWN' };
  if (certificate.test(facts.code)) {
    if (!facts.code.startsWith('ERR_SSL_') && facts.code !== 'EPROTO') return { code: 'LW_MAIL_TLS' };
    const mend = `Check that port ${settings.port} speaks TLS from the first byte; if not, use its port for that or \`tls: starttls\`.`;
    return settings.tls === 'implicit' ? { code: 'LW_MAIL_TLS', mend } : { code: 'LW_MAIL_TLS' };
  }
  if (connectionLost.has(facts.code)) return { code: 'LW_MAIL_UNREACHABLE' };
  if (facts.tls) return { code: 'LW_MAIL_TLS' };
  if (facts.authentication) return judgeLogin(facts, settings);
  return { code: 'LW_MAIL_PROTOCOL' };
}

function judgeLogin(facts: Facts, settings: ImapSettings): { code: ErrorCode; mend?: string } {
  if (/login is disabled/i.test(facts.text)) {
    const mend = 'The server takes no password on this connection: use `tls: implicit` or `tls: starttls`.';
    return { code: 'LW_MAIL_AUTH', mend };
  }
  if (/^unsupported authentication mechanism/i.test(facts.text) && settings.oauth !== undefined) {
    return { code: 'LW_MAIL_AUTH', mend: notOffered(settings.oauth.mechanism) };
  }
  const refused: { code: ErrorCode; mend?: string } =
    settings.oauth === undefined
      ? { code: 'LW_MAIL_AUTH' }
      : { code: 'LW_MAIL_AUTH', mend: settings.oauth.mendRefused };
  if (refusedForGood.test(facts.serverCode)) return refused;
  const passing =
    temporary.test(facts.serverCode) || temporaryWords.test(facts.text) || facts.retryAfterMs !== undefined;
  return passing ? { code: 'LW_MAIL_PROTOCOL' } : refused;
}

function notOffered(mechanism: Mechanism | undefined): string {
  const encrypted = 'use `tls: implicit` or `tls: starttls`';
  if (mechanism === undefined) {
    return `The server offers neither XOAUTH2 nor OAUTHBEARER on this connection: ${encrypted}, or a password.`;
  }
  const name = mechanism.toUpperCase();
  return `The server does not offer ${name} on this connection: leave out \`oauth.mechanism\`, or ${encrypted}.`;
}

function factsOf(error: unknown): Facts {
  const own = error instanceof Error ? error.message : String(error);
  const said = property(error, 'responseText') || property(error, 'response') || property(error, 'reason');
  const throttled = numberProperty(error, 'throttleReset');
  return {
    code: property(error, 'code'),
    text: said === '' ? own : said,
    serverCode: property(error, 'serverResponseCode').toUpperCase(),
    authentication:
      flagged(error, 'authenticationFailed') || /^unsupported authentication mechanism|^no password/i.test(own),
    tls: flagged(error, 'tlsFailed'),
    retryAfterMs: throttled,
    oauth: refusedToken(read(error, 'oauthError')),
  };
}

/** Whether the server refused to open a folder, and the response code it gave (RFC 5530), or ''. */
export function refusalOf(error: unknown): { refused: boolean; serverCode: string } {
  return {
    refused: property(error, 'responseStatus') === 'NO',
    serverCode: property(error, 'serverResponseCode').toUpperCase(),
  };
}

/**
 * Whether one of our errors says that the server answered a command with NO or BAD: the connection is as good as
 * before. Not so where it only asks us to slow down, which says nothing of the command.
 */
export function isRefusedCommand(error: unknown): error is LurewatchError {
  return (
    isLurewatchError(error, 'LW_MAIL_PROTOCOL') &&
    error.retryAfterMs === undefined &&
    ['NO', 'BAD'].includes(property(error.cause, 'responseStatus'))
  );
}

/** A server may repeat a command that it does not understand, password or token included. */
function withoutLogin(text: string, settings: ImapSettings, accessToken: string | undefined): string {
  const password = settings.password?.reveal() ?? '';
  const forms = [
    Buffer.from(`\0${settings.username}\0${password}`).toString('base64'),
    Buffer.from(password).toString('base64'),
    password,
  ];
  const clean = password === '' ? text : forms.reduce((seen, form) => seen.replaceAll(form, '[secret]'), text);
  return settings.oauth === undefined ? clean : withoutTokens(clean, accessToken);
}

function redactedCause(error: unknown, redact: (text: string) => string): Error {
  const cause = new Error(redact(error instanceof Error ? error.message : String(error)));
  if (error instanceof Error && error.stack !== undefined) cause.stack = redact(error.stack);
  const [code, responseStatus] = [property(error, 'code'), property(error, 'responseStatus')];
  return Object.assign(cause, code === '' ? {} : { code }, responseStatus === '' ? {} : { responseStatus });
}

function read(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

function property(error: unknown, name: string): string {
  const value = read(error, name);
  return typeof value === 'string' ? value : '';
}

function numberProperty(error: unknown, name: string): number | undefined {
  const value = read(error, name);
  return typeof value === 'number' && value > 0 ? value : undefined;
}

function flagged(error: unknown, name: string): boolean {
  return read(error, name) === true;
}
