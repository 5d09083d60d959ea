import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';

type Parameters = ConstructorParameters<typeof MockActivityEnvironment>;

/** Temporal's stand-in for what is around an activity, which prints nothing: what a test provokes is no news. */
export function quietActivity(info?: Parameters[0], options?: Parameters[1]): MockActivityEnvironment {
  return new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR', () => undefined), ...options });
}
