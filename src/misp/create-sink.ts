import { resolve } from 'node:path';
import type { SecretRef } from '../config/fields.js';
import { Secret } from '../config/secret.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { HttpClient } from '../http/client.js';
import { withProxyCredentials } from '../http/proxy/credentials.js';
import { httpOptions } from '../http/settings.js';
import type { Sink } from '../sinks/sink.js';
import { MispClient } from './client.js';
import type { MispConfig, MispServerConfig } from './config.js';
import { MispFeedRevisionSink } from './feed-revision-sink.js';
import { MispFeedSink } from './feed-sink.js';
import { MispRevisionSink } from './revision-sink.js';
import type { RevisionSink } from './revisions.js';
import { MispServerSink, type MispServerSinkOptions } from './server-sink.js';
import { MispTransport } from './transport.js';
import { MispWarninglists } from './warninglists.js';

/** An event of thousands of attributes is megabytes when MISP shows it. */
const maxResponseBytes = 64 * 1024 * 1024;

/** One `send` is a single request as a rule, and several where an event has to be completed. */
const requestsPerSend = 10;

/** Gives the value of a secret; `place` is where the configuration refers to it. */
type Secrets = (ref: SecretRef, place: string) => Secret;

/**
 * The sink for mails that `misp` of the configuration describes. Connects to nothing yet.
 * @param baseFolder the folder that relative paths start from: that of the configuration file
 * @throws LW_CONFIG_INVALID
 */
export function createMispSink(config: MispConfig, secrets: Secrets, baseFolder: string): Sink {
  if (config.kind === 'feed') return new MispFeedSink(folderOptions(config, baseFolder));
  const { client, options } = connect(config, secrets, baseFolder);
  return new MispServerSink(client, options);
}

/** The sink for the events of feeds, otherwise the same. */
export function createMispRevisionSink(config: MispConfig, secrets: Secrets, baseFolder: string): RevisionSink {
  if (config.kind === 'feed') return new MispFeedRevisionSink(folderOptions(config, baseFolder));
  const { client, options } = connect(config, secrets, baseFolder);
  return new MispRevisionSink(client, options);
}

/** The warninglists of the same server. */
export function createMispWarninglists(
  config: MispServerConfig,
  secrets: Secrets,
  baseFolder: string,
): MispWarninglists {
  return new MispWarninglists(connect(config, secrets, baseFolder).client);
}

function folderOptions(config: MispConfig & { readonly kind: 'feed' }, baseFolder: string) {
  return { folder: resolve(baseFolder, config.path), organisation: config.organisation };
}

function connect(
  config: MispServerConfig,
  secrets: Secrets,
  baseFolder: string,
): { readonly client: MispClient; readonly options: MispServerSinkOptions } {
  verifyServerConfig(config);
  const key = new Secret(secrets(config.key, 'misp.key').reveal().trim());
  // What is no header value would make every request fail, with an error that does not say why.
  if (!/^[\x21-\x7e]+$/.test(key.reveal())) {
    throw new LurewatchError('LW_CONFIG_INVALID', 'the key is empty or has blanks or control characters', {
      where: 'misp.key',
      mend: "Copy it again from MISP's list of authentication keys.",
    });
  }
  const ready = withProxyCredentials(config, secrets, 'misp');
  const http = new HttpClient({ ...httpOptions(config.url, ready, baseFolder), maxResponseBytes });
  const options = {
    url: config.url,
    verify: config.verify,
    concurrency: config.concurrency,
    sendTimeoutMs: requestsPerSend * http.inFlightMs,
  };
  return { client: new MispClient(new MispTransport(http, key)), options };
}

function verifyServerConfig(config: MispServerConfig): void {
  const url = new URL(config.url);
  if (url.username !== '' || url.password !== '') {
    throw new LurewatchError('LW_CONFIG_INVALID', 'the address holds a user name or a password', {
      where: 'misp.url',
      mend: 'Take them out: MISP knows its users by `misp.key`.',
    });
  }
  if (url.protocol !== 'https:' && !config.insecure) {
    throw new LurewatchError('LW_CONFIG_INVALID', 'http:// would send the key unencrypted', {
      where: 'misp.url',
      mend: 'Use https://, or set `insecure: true` where the way to MISP is safe.',
    });
  }
  if (config.distribution === 4 && config.sharingGroup === undefined) {
    throw new LurewatchError('LW_CONFIG_INVALID', 'distribution 4 is a sharing group, and none is named', {
      where: 'misp.sharingGroup',
      mend: 'Give the id of the sharing group, or another distribution.',
    });
  }
}
