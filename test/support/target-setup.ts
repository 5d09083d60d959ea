import { type TargetConfig, targetSchema } from '../../src/config/schema.js';
import { Secret } from '../../src/config/secret.js';
import type { Sink } from '../../src/sinks/sink.js';
import { createTarget } from '../../src/soar/create-target.js';
import type { OpenOriginal } from '../../src/soar/original.js';

/**
 * A target as the configuration `yaml` would make it; `{ env: NAME }` is looked up in `secrets`.
 * @param originals opens mails that go with their alerts
 */
export function makeTarget(
  config: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, string>> = {},
  baseFolder = '/nowhere',
  originals?: OpenOriginal,
): Sink {
  const parsed: TargetConfig = targetSchema.parse(config);
  const read = (ref: { env: string } | { file: string }): Secret =>
    new Secret(secrets['env' in ref ? ref.env : ''] ?? '');
  return createTarget('cases', parsed, read, baseFolder, originals);
}
