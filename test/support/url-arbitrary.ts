import fc from 'fast-check';
import { parseAnyUrl } from '../../src/url/parse-any-url.js';

/** Where a URL is put decides how freely it can be written. */
export interface UrlFreedom {
  /** Letters that are no ASCII, in host, path, query and fragment. */
  readonly unicode: boolean;
  /** Signs that end a URL in running text, or belong to the sentence: quotes, brackets, punctuation at its end. */
  readonly anySign: boolean;
}

const labels = [
  'login',
  'www',
  'a',
  'secure-mail',
  'x1',
  '0',
  'paypa1',
  'very-long-label-of-a-host-that-goes-on-and-on',
];
const ends = ['example', 'example.com', 'co.uk', 'click', 'museum', 'zip', 'xn--p1ai', 'unknown-ending'];
const wideHosts = [
  'bücher.example',
  '例え.jp',
  'пример.рф',
  'ｅｖｉｌ.example',
  '𝐞𝐯𝐢𝐥.example',
  'fuß.example',
  'مثال.example',
];
const addresses = [
  '198.51.100.7',
  '3325256711',
  '0xc6.0x33.0x64.7',
  '0306.063.0144.7',
  '[2001:db8::7]',
  '[::ffff:198.51.100.7]',
];
const plainSigns = [...'abcXYZ019-_~/.+=&%?#@:;,!$*'.replace(/[?#%]/g, '')];
const anySigns = [...plainSigns, ...'()[]{}\'|^`\\<>"'];
const wideSigns = [...'éßжبあ語🙂'];

/** URLs as people and programs write them; `new URL` takes each. */
export function anyUrl({ unicode, anySign }: UrlFreedom): fc.Arbitrary<string> {
  const named = fc
    .tuple(fc.array(fc.constantFrom(...labels), { minLength: 1, maxLength: 9 }), fc.constantFrom(...ends))
    .map(([list, end]) => [...list, end].join('.'));
  const host = fc.oneof(
    { weight: 4, arbitrary: named },
    { weight: 1, arbitrary: fc.constantFrom(...addresses) },
    ...(unicode ? [{ weight: 2, arbitrary: fc.constantFrom(...wideHosts) }] : []),
  );
  const sign = fc.constantFrom(...(anySign ? anySigns : plainSigns), ...(unicode ? wideSigns : []));
  const piece = fc.oneof(
    { weight: 6, arbitrary: sign },
    { weight: 1, arbitrary: fc.constantFrom('%20', '%C3%A9', '%2F', '..') },
  );
  const text = fc.array(piece, { maxLength: 24 }).map((signs) => signs.join(''));
  return fc
    .record({
      scheme: fc.constantFrom('http', 'https', 'ftp', 'HTTP', 'hTTps'),
      user: fc.constantFrom('', '', '', 'www.bank.example@', 'user:secret@', 'a%40b@'),
      host,
      port: fc.constantFrom('', '', '', ':80', ':443', ':8080', ':65535'),
      path: fc.option(text, { nil: undefined }),
      query: fc.option(text, { nil: undefined }),
      fragment: fc.option(text, { nil: undefined }),
    })
    .map(({ scheme, user, host: name, port, path, query, fragment }) =>
      [
        `${scheme}://${user}${name}${port}`,
        path === undefined ? '' : `/${path}`,
        query === undefined ? '' : `?${query}`,
        fragment === undefined ? '' : `#${fragment}`,
      ].join(''),
    )
    .map((url) => (anySign ? url : endingWell(url)))
    .filter((url) => parseAnyUrl(url) !== null);
}

/** In text a URL ends before punctuation. */
function endingWell(url: string): string {
  return /[\w/\p{L}\]]$/u.test(url) ? url : `${url}z`;
}
