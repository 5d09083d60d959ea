/**
 * Object templates of misp-objects (https://github.com/MISP/misp-objects, CC0-1.0 or BSD-2-Clause), as far as feeds need
 * them: PyMISP 2.5.34.4 ships these versions, and a test compares them with it.
 */

export interface ObjectRelation {
  readonly type: string;
  /** True: the template disables correlation. */
  readonly uncorrelated?: true;
  /** True: may stand in an object several times. */
  readonly multiple?: true;
  /** The categories that the template allows; absent: those of the type. The first is the default. */
  readonly categories?: readonly string[];
}

export interface ObjectTemplate {
  readonly uuid: string;
  readonly version: number;
  readonly metaCategory: string;
  readonly description: string;
  /** An object needs one of these relations. */
  readonly requiredOneOf: readonly string[];
  readonly relations: Readonly<Record<string, ObjectRelation>>;
}

export const objectTemplates: Readonly<Record<string, ObjectTemplate>> = {
  'domain-ip': {
    uuid: '43b3b146-77eb-4931-b4cc-b66c60f28734',
    version: 11,
    metaCategory: 'network',
    description: 'A domain/hostname and IP address seen as a tuple in a specific time frame.',
    requiredOneOf: ['ip', 'domain', 'hostname'],
    relations: {
      domain: { type: 'domain', multiple: true, categories: ['Network activity', 'External analysis'] },
      'first-seen': { type: 'datetime', uncorrelated: true },
      hostname: { type: 'hostname' },
      ip: { type: 'ip-dst', multiple: true, categories: ['Network activity', 'External analysis'] },
      'last-seen': { type: 'datetime', uncorrelated: true },
      port: { type: 'port', multiple: true, categories: ['Network activity', 'External analysis'] },
      'registration-date': { type: 'datetime' },
      text: { type: 'text', uncorrelated: true },
    },
  },
  file: {
    uuid: '688c46fb-5edb-40a3-8273-1af7923e2215',
    version: 25,
    metaCategory: 'file',
    description: 'File object describing a file with meta-information',
    requiredOneOf: [
      'filename',
      'size-in-bytes',
      'authentihash',
      'ssdeep',
      'md5',
      'sha1',
      'sha224',
      'sha256',
      'sha384',
      'sha512',
      'sha512/224',
      'sha512/256',
      'sha3-224',
      'sha3-256',
      'sha3-384',
      'sha3-512',
      'tlsh',
      'telfhash',
      'imphash',
      'pattern-in-file',
      'certificate',
      'malware-sample',
      'attachment',
      'path',
      'fullpath',
    ],
    relations: {
      'access-time': { type: 'datetime' },
      attachment: { type: 'attachment' },
      authentihash: { type: 'authentihash' },
      certificate: { type: 'x509-fingerprint-sha1' },
      'compilation-timestamp': { type: 'datetime' },
      'creation-time': { type: 'datetime' },
      'dom-hash': { type: 'dom-hash' },
      entropy: { type: 'float', uncorrelated: true },
      'file-encoding': { type: 'text', uncorrelated: true },
      filename: {
        type: 'filename',
        uncorrelated: true,
        multiple: true,
        categories: ['Payload delivery', 'Artifacts dropped', 'Payload installation', 'External analysis'],
      },
      fullpath: { type: 'text', multiple: true },
      imphash: { type: 'imphash' },
      magic: { type: 'text', uncorrelated: true },
      'malware-sample': { type: 'malware-sample' },
      md5: { type: 'md5' },
      mimetype: { type: 'mime-type', uncorrelated: true },
      'modification-time': { type: 'datetime' },
      path: { type: 'text', uncorrelated: true, multiple: true },
      'pattern-in-file': {
        type: 'pattern-in-file',
        multiple: true,
        categories: ['Artifacts dropped', 'Payload installation', 'External analysis'],
      },
      sha1: { type: 'sha1' },
      sha224: { type: 'sha224' },
      sha256: { type: 'sha256' },
      'sha3-224': { type: 'sha3-224' },
      'sha3-256': { type: 'sha3-256' },
      'sha3-384': { type: 'sha3-384' },
      'sha3-512': { type: 'sha3-512' },
      sha384: { type: 'sha384' },
      sha512: { type: 'sha512' },
      'sha512/224': { type: 'sha512/224' },
      'sha512/256': { type: 'sha512/256' },
      'size-in-bytes': { type: 'size-in-bytes', uncorrelated: true },
      ssdeep: { type: 'ssdeep' },
      state: { type: 'text', uncorrelated: true, multiple: true },
      telfhash: { type: 'telfhash' },
      text: { type: 'text', uncorrelated: true, multiple: true },
      tlsh: { type: 'tlsh' },
      vhash: { type: 'vhash' },
    },
  },
  'ip-port': {
    uuid: '9f8cea74-16fe-4968-a2b4-026676949ac6',
    version: 10,
    metaCategory: 'network',
    description:
      'An IP address (or domain or hostname) and a port seen as a tuple (or as a triple) in a specific time frame.',
    requiredOneOf: ['dst-port', 'src-port', 'domain', 'hostname', 'ip', 'ip-src', 'ip-dst'],
    relations: {
      AS: { type: 'AS', uncorrelated: true, multiple: true, categories: ['Network activity', 'External analysis'] },
      'country-code': { type: 'text', uncorrelated: true, categories: ['Network activity', 'External analysis'] },
      domain: { type: 'domain', multiple: true, categories: ['Network activity', 'External analysis'] },
      'dst-port': {
        type: 'port',
        uncorrelated: true,
        multiple: true,
        categories: ['Network activity', 'External analysis'],
      },
      'first-seen': { type: 'datetime', uncorrelated: true },
      hostname: { type: 'hostname', multiple: true, categories: ['Network activity', 'External analysis'] },
      ip: { type: 'ip-dst', multiple: true, categories: ['Network activity', 'External analysis'] },
      'ip-dst': { type: 'ip-dst', multiple: true, categories: ['Network activity', 'External analysis'] },
      'ip-src': { type: 'ip-src', multiple: true, categories: ['Network activity', 'External analysis'] },
      'last-seen': { type: 'datetime', uncorrelated: true },
      protocol: { type: 'text', uncorrelated: true, categories: ['Network activity', 'External analysis'] },
      'ptr-record': { type: 'domain' },
      'src-port': {
        type: 'port',
        uncorrelated: true,
        multiple: true,
        categories: ['Network activity', 'External analysis'],
      },
      text: { type: 'text', uncorrelated: true },
    },
  },
  'ransomware-group-post': {
    uuid: '52a0e179-4942-41e6-90f5-7db856fd6f39',
    version: 5,
    metaCategory: 'misc',
    description: 'Ransomware group post as monitored by ransomlook.io or others',
    requiredOneOf: ['title', 'description', 'link', 'website', 'leak-site-url'],
    relations: {
      'actor-geo-stats-30d': { type: 'text', uncorrelated: true },
      'actor-total-stats-30d': { type: 'text', uncorrelated: true },
      date: { type: 'datetime', uncorrelated: true },
      'date-published': { type: 'datetime', uncorrelated: true },
      description: { type: 'text' },
      'entity-name': { type: 'text' },
      geo: { type: 'text', uncorrelated: true },
      'leak-site-url': { type: 'link' },
      link: { type: 'link' },
      proof: { type: 'link' },
      'ransomware-group': { type: 'text', uncorrelated: true },
      sector: { type: 'text', uncorrelated: true },
      severity: { type: 'text', uncorrelated: true },
      title: { type: 'text' },
      website: { type: 'link' },
    },
  },
  url: {
    uuid: '60efb77b-40b5-4c46-871b-ed1ed999fce5',
    version: 10,
    metaCategory: 'network',
    description:
      'url object describes an url along with its normalized field (like extracted using faup parsing library) and its metadata.',
    requiredOneOf: ['url', 'resource_path'],
    relations: {
      credential: { type: 'text' },
      'dom-hash': { type: 'dom-hash' },
      domain: { type: 'domain' },
      domain_without_tld: { type: 'text' },
      'first-seen': { type: 'datetime', uncorrelated: true },
      fragment: { type: 'text', multiple: true },
      host: { type: 'hostname' },
      ip: { type: 'ip-dst', multiple: true },
      'last-seen': { type: 'datetime', uncorrelated: true },
      port: { type: 'port', uncorrelated: true },
      query_string: { type: 'text', multiple: true },
      resource_path: { type: 'text', multiple: true },
      scheme: { type: 'text', uncorrelated: true },
      subdomain: { type: 'text', uncorrelated: true },
      text: { type: 'text' },
      tld: { type: 'text', uncorrelated: true },
      url: { type: 'url' },
    },
  },
};
