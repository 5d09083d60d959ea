import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpProxy } from '../../test/support/tcp-proxy.js';
import type { ClusterSite } from '../cluster/cluster-site.js';
import type { Fleet } from './fleet.js';
import type { Fault } from './plan.js';

/** What faults are done to. */
export interface Victims {
  readonly site: ClusterSite;
  readonly fleet: Fleet;
  readonly workers: number;
  readonly storeProxy: TcpProxy;
  readonly targetProxy: TcpProxy;
}

/** Resolves once all stands again, but for workers that are still starting. */
export async function carryOut(fault: Fault, victims: Victims): Promise<void> {
  const { site, fleet, workers, storeProxy, targetProxy } = victims;
  switch (fault.kind) {
    case 'kill worker':
      return fleet.end(fault.worker, 'kill');
    case 'stop worker':
      return fleet.end(fault.worker, 'stop');
    case 'kill all workers': {
      await Promise.all(Array.from({ length: workers }, (_, worker) => fleet.end(worker, 'kill')));
      return;
    }
    case 'restart Temporal':
      await site.temporal.kill();
      await sleep(fault.awayMs);
      return site.temporal.restart();
    case 'restart PostgreSQL':
      await site.postgres.kill();
      await sleep(fault.awayMs);
      return site.postgres.start();
    case 'restart store':
      await site.s3.kill();
      await sleep(fault.awayMs);
      return site.s3.restart();
    case 'cut off store':
      return cutOff(storeProxy, fault.awayMs);
    case 'cut off target':
      return cutOff(targetProxy, fault.awayMs);
    case 'hang store':
      return hang(storeProxy, fault.awayMs);
    case 'hang target':
      return hang(targetProxy, fault.awayMs);
  }
}

async function cutOff(proxy: TcpProxy, awayMs: number): Promise<void> {
  await proxy.refuse();
  await sleep(awayMs);
  await proxy.accept();
}

async function hang(proxy: TcpProxy, awayMs: number): Promise<void> {
  proxy.pause();
  await sleep(awayMs);
  proxy.resume();
}
