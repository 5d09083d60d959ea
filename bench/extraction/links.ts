import type { Random } from '../../test/support/random.js';

/** A link as it stands in a mail, and where it leads. */
export interface Link {
  /** The attribute, with quotes and entities as the sender wrote it. */
  readonly attribute: string;
  /** What opens at a click, as `URL` writes it. */
  readonly target: string;
  /** The URL that wraps it, where one does: who finds only this found the link too. */
  readonly wrapped?: string;
}

/** What the sender of a mail does to its links; shares as counted in 2,000 phishing mails. */
export interface LinkHabits {
  readonly host: string;
  readonly ampersands: boolean;
  readonly fragments: boolean;
  readonly blanks: boolean;
  readonly redirects: boolean;
  readonly ipHosts: boolean;
  readonly userinfo: boolean;
  readonly safeLinks: boolean;
  readonly unquoted: boolean;
  readonly base: boolean;
}

export function linkHabits(random: Random): LinkHabits {
  return {
    host: `${random.pick(['login', 'secure', 'account', 'mail', 'docs', 'portal'])}-${random.between(100, 9999)}.${random.pick(['example.com', 'example.net', 'example.org', 'web.example.com'])}`,
    ampersands: random.chance(0.2),
    fragments: random.chance(0.08),
    blanks: random.chance(0.03),
    redirects: random.chance(0.03),
    ipHosts: random.chance(0.02),
    userinfo: random.chance(0.01),
    safeLinks: random.chance(0.02),
    unquoted: random.chance(0.05),
    base: random.chance(0.01),
  };
}

export function makeLink(habits: LinkHabits, random: Random): Link {
  const written = writtenUrl(habits, random);
  const target = new URL(written).href;
  if (habits.redirects && random.chance(0.5))
    return wrappedLink(
      `https://www.google.com/url?q=${encodeURIComponent(target)}&sa=D&ust=${random.below(1e9)}`,
      target,
    );
  if (habits.safeLinks)
    return wrappedLink(
      `https://eur0${random.between(1, 6)}.safelinks.protection.outlook.com/?url=${encodeURIComponent(target)}&data=05%7C02%7Csoc%40example.com&reserved=0`,
      target,
    );
  const relative = habits.base && random.chance(0.7) ? written.slice(written.indexOf('/', 8)) : written;
  if (habits.unquoted && !/[\s"'&=<>`]/.test(relative)) return { attribute: relative, target };
  const padded = habits.blanks ? random.pick([` ${relative}`, `${relative} `, `\r\n  ${relative}`]) : relative;
  return { attribute: `"${escaped(padded)}"`, target };
}

function wrappedLink(wrapper: string, target: string): Link {
  return { attribute: `"${escaped(wrapper)}"`, target, wrapped: new URL(wrapper).href };
}

function writtenUrl(habits: LinkHabits, random: Random): string {
  const host =
    habits.ipHosts && !habits.base && random.chance(0.8) ? `203.0.113.${random.between(1, 254)}` : habits.host;
  const user = habits.userinfo && !habits.base && random.chance(0.5) ? 'www.bank.example.com@' : '';
  // What is relative to the base has its scheme.
  const scheme = habits.base || random.chance(0.85) ? 'https' : 'http';
  const path = random.pick([
    `/${token(random)}`,
    `/wp-content/plugins/${token(random)}/index.php`,
    `/signin/${token(random)}/verify.html`,
    `/t/${token(random)}/${random.below(1e6)}/`,
    '/',
  ]);
  const query =
    habits.ampersands && random.chance(0.6)
      ? `?id=${token(random)}&utm_source=mail&email=soc%40example.com&copy=${random.below(99)}`
      : random.pick(['', '', `?e=${token(random)}`]);
  const fragment = habits.fragments && random.chance(0.5) ? `#${token(random)}` : '';
  return `${scheme}://${user}${host}${path}${query}${fragment}`;
}

export function token(random: Random): string {
  return Array.from({ length: random.between(6, 22) }, () =>
    random.pick([...'abcdefghijkmnpqrstuvwxyz0123456789']),
  ).join('');
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;');
}
