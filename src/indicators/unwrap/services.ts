import { base64Decoded, parameterReader, parameterTarget, percentDecoded, withPlainScheme } from './decode.js';
import { proofpointV1, proofpointV2, proofpointV3 } from './proofpoint.js';
import type { Wrapper, WrappingService } from './service.js';

const proofpointHosts = ['urldefense.proofpoint.com', 'urldefense.com', 'urldefense.us'];

/** Protection services and search engines: how each hides where a link leads. Formats as seen in public mail. */
export const wrappingServices: readonly WrappingService[] = [
  {
    name: 'Microsoft Safe Links',
    hosts: ['*.safelinks.protection.outlook.com', '*.safelinks.protection.office365.us'],
    path: /^\/[^?#]*\?/,
    target: parameterTarget('url'),
  },
  {
    // The same, rewritten once more where it is shown in Teams.
    name: 'Microsoft Safe Links',
    hosts: ['statics.teams.cdn.office.net'],
    path: /^\/[^?#]*\/safelinks\//,
    target: parameterTarget('url'),
  },
  { name: 'Proofpoint URL Defense', hosts: proofpointHosts, path: /^\/v1\/url\?/, target: proofpointV1 },
  { name: 'Proofpoint URL Defense', hosts: proofpointHosts, path: /^\/v2\/url\?/, target: proofpointV2 },
  { name: 'Proofpoint URL Defense', hosts: proofpointHosts, path: /^\/v3\/__/, target: proofpointV3 },
  {
    name: 'Barracuda Link Protection',
    hosts: ['linkprotect.cudasvc.com'],
    path: /^\/(?:url)?\?/,
    target: parameterTarget('a'),
  },
  {
    name: 'FireEye URL protection',
    hosts: ['protect.fireeye.com', 'protect2.fireeye.com'],
    path: /^\/(?:v\d+\/)?url\?/,
    target: fireEye,
  },
  { name: 'Esva URLSand', hosts: ['urlsand.esvalabs.com'], path: /^\/\?/, target: parameterTarget('u') },
  {
    name: 'Hornetsecurity ATP',
    hosts: ['*.hornetsecurity.com'],
    path: /^\/(?:index\.php)?\?(?:.*&)?(?:u|atp_str)=/,
    target: parameterTarget('u'),
  },
  {
    name: 'Sophos Email',
    hosts: ['*.protection.sophos.com'],
    path: /^\/[^?#]*\?/,
    target: sophos,
    targetHost: parameterTarget('d'),
  },
  {
    name: 'Trend Micro',
    hosts: ['*.trendmicro.com'],
    path: /^\/wis\/clicktime\//,
    target: parameterTarget('url'),
  },
  { name: 'Cisco Secure Email', hosts: ['secure-web.cisco.com'], path: /^\/[\w~+=-]+\//, target: cisco },
  {
    name: 'Check Point Harmony Email',
    hosts: ['*.url-protection.com'],
    path: /^\/v1\/(?:r\d+\/)?url\?/,
    target: parameterTarget('o'),
  },
  {
    name: 'Check Point Harmony Email',
    hosts: ['url.avanan.click', 'protect.checkpoint.com', '*.url-protection.com'],
    path: /^\/v2\/(?:r\d+\/)?___/,
    target: checkPoint,
  },
  {
    name: 'Symantec Click-time',
    hosts: ['clicktime.symantec.com'],
    path: /^\/[^?#]*\?/,
    target: parameterTarget('u'),
  },
  {
    // Opaque but for an old form with `url`. Where its administrator shows the destination's domain, it stands behind.
    name: 'Mimecast',
    hosts: ['*.mimecast.com', '*.mimecastprotect.com'],
    path: /^\/(?:s|r)\//,
    target: parameterTarget('url'),
    targetHost: parameterTarget('domain'),
  },
  { name: 'Google redirect', hosts: ['google.*', 'www.google.*'], path: /^\/url\?/, target: google },
  {
    name: 'YouTube redirect',
    hosts: ['youtube.com', 'www.youtube.com', 'm.youtube.com'],
    path: /^\/redirect\?/,
    target: parameterTarget('q'),
  },
  {
    name: 'Facebook redirect',
    hosts: ['facebook.com', '*.facebook.com', 'l.instagram.com', 'l.messenger.com'],
    path: /^\/(?:l\.php|flx\/warn\/?)?\?(?:.*&)?u=/,
    target: parameterTarget('u'),
  },
  {
    name: 'LinkedIn redirect',
    hosts: ['linkedin.com', 'www.linkedin.com'],
    path: /^\/(?:redir\/(?:redirect|general-malware-page)|safety\/go)\/?\?/,
    target: parameterTarget('url'),
  },
  { name: 'DuckDuckGo redirect', hosts: ['duckduckgo.com'], path: /^\/l\/?\?/, target: parameterTarget('uddg') },
  { name: 'Yahoo redirect', hosts: ['r.search.yahoo.com'], path: /^\/.*\/RU=/, target: yahoo },
  { name: 'Bing redirect', hosts: ['bing.com', 'www.bing.com'], path: /^\/ck\/a\?/, target: bing },
  // Opaque where it is a token, as it mostly is.
  {
    name: 'Baidu redirect',
    hosts: ['baidu.com', 'www.baidu.com'],
    path: /^\/(?:link|s)\?(?:.*&)?url=/,
    target: parameterTarget('url'),
  },
];

const u = parameterReader('u');

/** The last parameter; an old form does not encode it, so that its own `&` and fragment follow. */
function fireEye({ rest }: Wrapper): string | null {
  const plain = /[?&](?:amp;)?u=(?=https?:\/\/)/i.exec(rest);
  if (plain !== null) return rest.slice(plain.index + plain[0].length);
  const value = u(rest);
  return value === null ? null : percentDecoded(value);
}

/** `?d=<domain>&u=<base64 of the URL>`. */
function sophos({ rest }: Wrapper): string | null {
  const value = u(rest);
  if (value === null) return null;
  const decoded = base64Decoded(percentDecoded(value));
  return /^https?:/i.test(decoded) ? decoded : null;
}

/** `/<token>/<percent-encoded URL>`, sometimes encoded twice. */
function cisco({ rest }: Wrapper): string {
  return withPlainScheme(rest.slice(rest.indexOf('/', 1) + 1));
}

/** `/v2/r01/___<URL>___.<signature>`, in which an escape may be written `*2F`. */
function checkPoint({ rest }: Wrapper): string {
  const start = rest.indexOf('___') + 3;
  const end = rest.indexOf('___.', start);
  const inner = end < 0 ? rest.slice(start).replace(/_{1,3}$/, '') : rest.slice(start, end);
  return withPlainScheme(inner.replaceAll(/\*(?=[0-9a-f]{2})/gi, '%'));
}

const q = parameterTarget('q');
const url = parameterTarget('url');

/** One of them may be what was searched for. */
function google(wrapper: Wrapper): string | null {
  const candidates = [q(wrapper), url(wrapper)];
  return candidates.find((each) => each !== null && /^(?:https?:)?\/\//i.test(each)) ?? candidates[0] ?? null;
}

/** `/…/RU=<percent-encoded URL>/RK=2/RS=…`. */
function yahoo({ rest }: Wrapper): string {
  const start = rest.indexOf('/RU=') + 4;
  const end = rest.indexOf('/', start);
  return percentDecoded(end < 0 ? rest.slice(start) : rest.slice(start, end));
}

const bingTarget = parameterTarget('u');

/** `&u=a1<base64 of the URL>`. */
function bing(wrapper: Wrapper): string | null {
  const value = bingTarget(wrapper);
  return value?.startsWith('a1') ? base64Decoded(value.slice(2)) : null;
}
