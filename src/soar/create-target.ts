import type { SecretRef } from '../config/fields.js';
import type { TargetConfig } from '../config/schema.js';
import type { Secret } from '../config/secret.js';
import type { Sink } from '../sinks/sink.js';
import { createFileTarget } from './file/target.js';
import { createSecopsTarget } from './secops/target.js';
import type { TargetSetup } from './target-setup.js';
import { createWebhookTarget } from './webhook/target.js';

type Kind = TargetConfig['kind'];
type ConfigOf<K extends Kind> = Extract<TargetConfig, { kind: K }>;

/** One line for each kind of target. */
const factories: { readonly [K in Kind]: (setup: TargetSetup<ConfigOf<K>>) => Sink } = {
  file: createFileTarget,
  webhook: createWebhookTarget,
  secops: createSecopsTarget,
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
): Sink {
  return make(config.kind, { name, config, secrets, baseFolder });
}

function make<K extends Kind>(kind: K, setup: TargetSetup<ConfigOf<K>>): Sink {
  return factories[kind](setup);
}
