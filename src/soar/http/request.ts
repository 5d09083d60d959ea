import type { AlertDocument } from '../../alerts/types.js';
import type { SecretRef } from '../../config/fields.js';
import type { Secret } from '../../config/secret.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { HttpRequest } from '../../http/client.js';
import { compileAlertTemplate } from '../../templates/alert-template.js';
import { alertValues } from '../../templates/alert-values.js';
import { headerCarrier, urlCarrier } from '../../templates/carriers.js';
import { compileStructure } from '../../templates/structure-template.js';
import { headerSecret, placeOf, type TargetSetup } from '../target-setup.js';
import type { HttpTargetConfig } from './config.js';

/** The body for an alert, with the mail itself where it has a place for it. */
type RenderBody = (document: AlertDocument, mail?: Buffer) => string;

/** What is sent for an alert: the same bytes at every attempt. */
export interface RequestMaker {
  readonly create: (document: AlertDocument, body: string) => HttpRequest;
  readonly body: RenderBody;
  /** A further path of the same host, with fields in it. */
  readonly pathFor: (template: string) => (document: AlertDocument) => string;
  /** The header fields of every request: credentials and what the configuration adds. */
  readonly headers: (document: AlertDocument) => Readonly<Record<string, string>>;
  /** What no message may show. */
  readonly secrets: readonly string[];
}

/** @throws LW_CONFIG_INVALID for a secret that a header or a path cannot carry, without showing it */
export function requestMaker(setup: TargetSetup<HttpTargetConfig>): RequestMaker {
  const { name, config, secrets } = setup;
  const where = placeOf(name);
  const shown: string[] = [];
  const urlSecret = config.secret === undefined ? undefined : pathSecret(setup, config.secret);
  if (urlSecret !== undefined) shown.push(urlSecret, encodeURIComponent(urlSecret), urlCarrier.value(urlSecret));
  const fixed = basicHeader(config, where, secrets, shown);
  const secretText = (ref: SecretRef, place: string): string => {
    const text = headerText(secrets(ref, place), place);
    // Words as well as the whole: of `Bearer abc` the other side may echo either.
    shown.push(text, ...text.split(' ').filter((word) => word.length >= 8));
    return text;
  };
  const headers = Object.entries(config.headers).map(([header, value]) => {
    const place = `${where}.headers.${header}`;
    if (typeof value === 'string') {
      const template = compileAlertTemplate(value, headerCarrier);
      return [header.toLowerCase(), (filled: ReturnType<typeof alertValues>) => template.renderAnyway(filled)] as const;
    }
    const text =
      'secret' in value ? value.before + secretText(value.secret, `${place}.secret`) : secretText(value, place);
    return [header.toLowerCase(), () => text] as const;
  });

  const headersOf = (document: AlertDocument): Readonly<Record<string, string>> => {
    const filled = alertValues(document);
    return { ...fixed, ...Object.fromEntries(headers.map(([header, render]) => [header, render(filled)])) };
  };
  const pathFor = (text: string) => {
    const template = compileAlertTemplate(text, urlCarrier);
    return (document: AlertDocument) => {
      const { fields } = alertValues(document);
      return template.renderAnyway({ fields: urlSecret === undefined ? fields : { ...fields, secret: urlSecret } });
    };
  };
  // As it was written: `URL` would have encoded the braces.
  const path = pathFor(config.url.replace(/^https?:\/\/[^/?#]*\/?/i, '/'));
  const { type, render } = bodyMaker(config);
  const key = config.idempotencyHeader === false ? undefined : config.idempotencyHeader.toLowerCase();

  return {
    body: render,
    headers: headersOf,
    pathFor,
    // The longest first: one that is part of another would leave the rest of it standing.
    secrets: shown.flatMap(echoes).toSorted((one, other) => other.length - one.length),
    create: (document, body) => ({
      method: config.method,
      path: path(document),
      headers: {
        'content-type': type,
        ...headersOf(document),
        ...(key === undefined ? {} : { [key]: document.alertId }),
      },
      body,
    }),
  };
}

/** A secret as an answer may repeat it: as it is, and in JSON, with and without `\/`. */
function echoes(secret: string): readonly string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [...new Set([secret, inJson, inJson.replaceAll('/', '\\/')])];
}

function pathSecret({ name, secrets }: TargetSetup<HttpTargetConfig>, ref: SecretRef): string {
  const place = `${placeOf(name)}.secret`;
  return headerSecret(secrets(ref, place), place);
}

/** As `headerSecret`, but for `Bearer abc` as a whole. */
function headerText(secret: Secret, place: string): string {
  const text = secret.reveal().trim();
  if (/^[\x20-\x7e]+$/.test(text)) return text;
  throw new LurewatchError('LW_CONFIG_INVALID', 'the secret is empty or holds characters that no header has', {
    where: place,
    mend: 'Set it to one line of ASCII.',
  });
}

function basicHeader(
  { basic }: HttpTargetConfig,
  where: string,
  secrets: TargetSetup<HttpTargetConfig>['secrets'],
  shown: string[],
): Readonly<Record<string, string>> {
  if (basic === undefined) return {};
  const place = `${where}.basic.password`;
  if (basic.username.includes(':')) {
    const mend = 'HTTP Basic authentication ends the user name at the first colon.';
    throw new LurewatchError('LW_CONFIG_INVALID', 'the user name holds a colon', {
      where: `${where}.basic.username`,
      mend,
    });
  }
  const password = secrets(basic.password, place).reveal().trim();
  if (password === '') throw new LurewatchError('LW_CONFIG_INVALID', 'the secret is empty', { where: place });
  const encoded = Buffer.from(`${basic.username}:${password}`).toString('base64');
  shown.push(password, encoded);
  return { authorization: `Basic ${encoded}` };
}

function bodyMaker({ body = '"{alert}"', bodyType }: HttpTargetConfig): {
  readonly type: string;
  readonly render: RenderBody;
} {
  const render = compileStructure(JSON.parse(body));
  switch (bodyType) {
    case 'json':
      return { type: 'application/json', render: (document, mail) => JSON.stringify(render(document, mail)) };
    case 'text':
      return { type: 'text/plain; charset=utf-8', render: (document, mail) => textOf(render(document, mail)) };
    case 'form':
      return {
        type: 'application/x-www-form-urlencoded',
        render: (document, mail) => {
          const fields = Object.entries(render(document, mail) ?? {});
          return new URLSearchParams(
            fields.map(([field, value]): [string, string] => [field, textOf(value)]),
          ).toString();
        },
      };
  }
}

/** A value where only a text can stand: nothing as no text, what is none as JSON. */
function textOf(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
