import type { SecretRef } from '../config/fields.js';
import type { TargetConfig } from '../config/schema.js';
import type { Secret } from '../config/secret.js';
import { withProxyCredentials } from '../http/proxy/credentials.js';
import type { Sink } from '../sinks/sink.js';
import { createFileTarget } from './file/target.js';
import { createHttpTarget } from './http/target.js';
import { mailMemory } from './mail-memory.js';
import { type OpenOriginal, takesOriginal } from './original.js';
import { createSecopsTarget } from './secops/target.js';
import { createSplunkSoarTarget } from './splunk-soar/target.js';
import { placeOf, type TargetSetup } from './target-setup.js';
import { createThehiveTarget } from './thehive/target.js';
import { createWebhookTarget } from './webhook/target.js';
import { createXsoarTarget } from './xsoar/target.js';

type Kind = TargetConfig['kind'];
type ConfigOf<K extends Kind> = Extract<TargetConfig, { kind: K }>;

/** One line for each kind of target. */
const factories: { readonly [K in Kind]: (setup: TargetSetup<ConfigOf<K>>) => Sink } = {
  file: createFileTarget,
  webhook: createWebhookTarget,
  secops: createSecopsTarget,
  thehive: createThehiveTarget,
  xsoar: createXsoarTarget,
  'splunk-soar': createSplunkSoarTarget,
  http: createHttpTarget,
};

/**
 * Makes the target `name` as configured. Relative paths are relative to `baseFolder`.
 * @throws LW_CONFIG_INVALID naming the place, or what `secrets` throws. Connects to nothing.
 */
export function createTarget(
  name: string,
  config: TargetConfig,
  secrets: (ref: SecretRef, place: string) => Secret,
  baseFolder: string,
  originals?: OpenOriginal,
): Sink {
  const ready = config.kind === 'file' ? config : withProxyCredentials(config, secrets, placeOf(name));
  const setup = { name, config: ready, secrets, baseFolder };
  // A file is copied piece by piece; all others have the mail in memory.
  if (originals === undefined || ready.kind === 'file' || !takesOriginal(ready)) {
    return make(ready.kind, { ...setup, originals });
  }
  return mailMemory.holding(make(ready.kind, { ...setup, originals: mailMemory.opening(originals) }));
}

function make<K extends Kind>(kind: K, setup: TargetSetup<ConfigOf<K>>): Sink {
  return factories[kind](setup);
}
