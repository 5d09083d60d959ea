import type { WorkerDeploymentOptions } from '@temporalio/worker';
import type { Config } from '../config/schema.js';
import { ownVersion } from '../version.js';

const behaviors = { 'auto-upgrade': 'AUTO_UPGRADE', pinned: 'PINNED' } as const;

/**
 * What Temporal is told of the version that runs here; undefined: nothing, any worker may carry on any workflow.
 *
 * @param buildId as the command line says; by default LUREWATCH_BUILD_ID, `versioning.buildId`, or our own version
 */
export function deploymentOf(
  { versioning }: Pick<Config, 'versioning'>,
  buildId: string | undefined = process.env.LUREWATCH_BUILD_ID || undefined,
): WorkerDeploymentOptions | undefined {
  if (versioning === undefined) return undefined;
  const { deployment, behavior } = versioning;
  return {
    version: { deploymentName: deployment, buildId: buildId ?? versioning.buildId ?? ownVersion() },
    useWorkerVersioning: true,
    defaultVersioningBehavior: behaviors[behavior],
  };
}
