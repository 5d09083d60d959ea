import type { Sink } from '../../sinks/sink.js';
import type { TargetSetup } from '../target-setup.js';
import { createChronicleTarget } from './chronicle.js';
import type { SecopsTargetConfig } from './config.js';
import { createSiemplifyTarget } from './siemplify.js';

/** Google SecOps, over the API that the configuration names. */
export function createSecopsTarget(setup: TargetSetup<SecopsTargetConfig>): Sink {
  const { config } = setup;
  return config.api === 'chronicle'
    ? createChronicleTarget({ ...setup, config })
    : createSiemplifyTarget({ ...setup, config });
}
