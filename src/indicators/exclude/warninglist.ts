import { RE2JS } from 're2js';
import { z } from 'zod';
import type { Candidate } from './candidate.js';
import { HostNames } from './host-names.js';
import { Networks } from './networks.js';

/** One list of https://github.com/MISP/misp-warninglists, or of one's own in that format. */
export interface Warninglist {
  readonly name: string;
  matches(candidate: Candidate): boolean;
}

const warninglistSchema = z.looseObject({
  name: z.string().min(1),
  type: z.enum(['string', 'hostname', 'cidr', 'substring', 'regex']).default('string'),
  list: z.array(z.string()),
  matching_attributes: z.array(z.string()).default([]),
});

/** The attribute types of MISP that our indicators become: a list says by them what it is meant for. */
const attributeTypes: Readonly<Record<Candidate['type'], readonly string[]>> = {
  url: ['url', 'uri', 'link'],
  domain: ['domain', 'hostname', 'domain|ip'],
  host: ['hostname', 'domain', 'hostname|port', 'domain|ip'],
  ipv4: ['ip-dst', 'ip-src', 'ip-dst|port', 'ip-src|port', 'domain|ip'],
  ipv6: ['ip-dst', 'ip-src', 'ip-dst|port', 'ip-src|port', 'domain|ip'],
  email: ['email', 'email-src', 'email-dst', 'email-reply-to', 'eppn'],
  md5: ['md5', 'filename|md5'],
  sha1: ['sha1', 'filename|sha1'],
  sha256: ['sha256', 'filename|sha256'],
  sha512: ['sha512', 'filename|sha512'],
  bitcoin: ['btc'],
  dash: ['dash'],
  monero: ['xmr'],
  ...{ litecoin: [], dogecoin: [], zcash: [], tron: [], ethereum: [] },
  cve: ['vulnerability'],
};

type Matcher = (candidate: Candidate) => boolean;

/**
 * @param json the content of a file
 * @throws Error, with a reason to be put behind the name of the file
 */
export function parseWarninglist(json: string): Warninglist {
  const { name, type, list, matching_attributes } = warninglistSchema.parse(JSON.parse(json));
  const matches = matcherOf(type, list);
  const meant = new Set(matching_attributes);
  const all = meant.size === 0 || meant.has('ALL');
  return {
    name,
    matches: (candidate) =>
      (all || attributeTypes[candidate.type].some((attribute) => meant.has(attribute))) && matches(candidate),
  };
}

/** As MISP's Warninglist model reads each type. */
function matcherOf(type: z.output<typeof warninglistSchema>['type'], list: readonly string[]): Matcher {
  if (type === 'cidr') {
    const networks = new Networks();
    for (const network of list) networks.add(network.trim());
    return ({ ip }) => ip !== undefined && networks.has(ip);
  }
  if (type === 'hostname') {
    const names = new HostNames();
    for (const name of list) names.add(name);
    return ({ host }) => host !== undefined && names.find(host) !== undefined;
  }
  if (type === 'substring') {
    const pieces = list.map((piece) => piece.toLowerCase()).filter((piece) => piece !== '');
    return ({ value }) => pieces.some((piece) => value.toLowerCase().includes(piece));
  }
  if (type === 'regex') {
    const expressions = list.map(compile);
    return ({ value }) => expressions.some((expression) => expression.matcher(value).find());
  }
  const values = new Set(list.map((value) => value.toLowerCase()));
  return ({ value }) => values.has(value.toLowerCase());
}

/** As PHP writes them, `/^a\.example$/i`, or bare. RE2: linear in whatever a sender chose. */
function compile(expression: string): RE2JS {
  const [, bare = expression, flags = ''] = /^\/(.*)\/([a-zA-Z]*)$/s.exec(expression) ?? [];
  const ignoresCase = flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0;
  return RE2JS.compile(bare, ignoresCase | (flags.includes('s') ? RE2JS.DOTALL : 0));
}
