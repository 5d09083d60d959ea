import { isRecord } from '../../config/is-record.js';
import type { Mistake } from '../../config/mistakes.js';
import type { ConfigPath } from '../../config/yaml-text.js';

type Entry = Readonly<Record<string, unknown>>;

/**
 * What the schema cannot say of how an IMAP mailbox logs in: one of `password` and `oauth`, and in that what the grant needs.
 * @param mailbox as the user wrote it
 */
export function loginMistakes(path: ConfigPath, mailbox: Entry): readonly Mistake[] {
  if (mailbox.kind !== undefined && mailbox.kind !== 'imap') return [];
  const { password, oauth } = mailbox;
  if (password === undefined && oauth === undefined) {
    const reason = 'is missing: must be { env: NAME } or { file: /path }, or give `oauth` instead (docs/oauth.md)';
    return [{ path: [...path, 'password'], of: 'key', reason }];
  }
  if (password !== undefined && oauth !== undefined) {
    const reason = 'only one of `password` and `oauth` may be given';
    return [{ path: [...path, 'oauth'], of: 'key', reason }];
  }
  return isRecord(oauth) ? oauthMistakes([...path, 'oauth'], oauth) : [];
}

function oauthMistakes(path: ConfigPath, oauth: Entry): readonly Mistake[] {
  const has = (key: string) => oauth[key] !== undefined;
  const mistakes: Mistake[] = [];
  const say = (key: string, reason: string) => {
    mistakes.push({ path: [...path, key], of: 'key', reason });
  };
  const delegated = has('refreshToken') || has('tokenFile');
  for (const key of ['authority', 'tokenEndpoint', 'issuer', 'deviceEndpoint']) {
    const address = oauth[key];
    if (typeof address === 'string' && /^http:/i.test(address) && oauth.insecure !== true) {
      say(key, 'http:// is not encrypted: use https://, or set `insecure: true`');
    }
  }
  switch (oauth.provider) {
    case 'microsoft':
      if (has('certificate') !== has('key')) {
        say(has('key') ? 'certificate' : 'key', 'is missing: `certificate` and `key` belong together');
      } else if (has('certificate') && has('clientSecret')) {
        say('certificate', 'only one of `clientSecret` and `certificate` may be given');
      } else if (!delegated && !has('certificate') && !has('clientSecret')) {
        say(
          'clientSecret',
          'is missing: give it, or `certificate` and `key`, or for a user `tokenFile` or `refreshToken`',
        );
      }
      break;
    case 'google':
      if (has('serviceAccount')) {
        for (const key of ['clientId', 'clientSecret', 'refreshToken', 'tokenFile']) {
          if (has(key)) say(key, 'has no meaning beside `serviceAccount`');
        }
      } else if (!has('clientId')) {
        say('serviceAccount', 'is missing: give it, or `clientId`, `clientSecret` and `refreshToken`');
      } else {
        if (!has('clientSecret')) say('clientSecret', 'is missing: Google asks for it');
        if (!delegated) say('refreshToken', 'is missing: give it, or a `tokenFile` that `lurewatch login` writes');
      }
      break;
    case 'other':
      if (has('issuer') === has('tokenEndpoint')) say('tokenEndpoint', 'give one of `issuer` and `tokenEndpoint`');
      if (has('issuer') && has('deviceEndpoint')) say('deviceEndpoint', 'has no meaning beside `issuer`');
      if (oauth.grant === 'refresh-token') {
        if (!delegated) say('refreshToken', 'is missing: give it, or a `tokenFile` that `lurewatch login` writes');
      } else {
        if (!has('clientSecret')) say('clientSecret', 'is missing: client credentials need it');
        for (const key of ['refreshToken', 'tokenFile']) {
          if (has(key)) say(key, 'has no meaning without `grant: refresh-token`');
        }
      }
  }
  return mistakes;
}
