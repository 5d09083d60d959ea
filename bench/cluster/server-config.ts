import { fileURLToPath } from 'node:url';

export interface ServerPorts {
  readonly frontend: number;
  readonly http: number;
  readonly history: number;
  readonly matching: number;
  readonly worker: number;
  /** For the services to find each other, in the same order. */
  readonly membership: readonly [frontend: number, history: number, matching: number, worker: number];
  readonly metrics: number;
}

export const historyShards = 32;

/** `deploy/temporal/server.yaml` on free ports of this machine, with metrics to be read. */
export function serverConfig(ports: ServerPorts, postgres: { readonly port: number; readonly user: string }): object {
  const database = (databaseName: string, connections: number) => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: `127.0.0.1:${postgres.port}`,
      connectProtocol: 'tcp',
      user: postgres.user,
      password: '',
      maxConns: connections,
      maxIdleConns: connections,
      maxConnLifetime: '1h',
    },
  });
  const service = (grpcPort: number, index: 0 | 1 | 2 | 3, more: object = {}) => ({
    rpc: { grpcPort, membershipPort: ports.membership[index], bindOnLocalHost: true, ...more },
  });
  return {
    log: { stdout: true, level: 'warn', format: 'json' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: historyShards,
      datastores: { default: database('temporal', 12), visibility: database('temporal_visibility', 6) },
    },
    global: {
      membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' },
      metrics: { prometheus: { listenAddress: `127.0.0.1:${ports.metrics}`, timerType: 'histogram' } },
    },
    services: {
      frontend: service(ports.frontend, 0, { httpPort: ports.http }),
      history: service(ports.history, 1),
      matching: service(ports.matching, 2),
      worker: service(ports.worker, 3),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `127.0.0.1:${ports.frontend}`,
          httpAddress: `127.0.0.1:${ports.http}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: deployedDynamicConfig, pollInterval: '60s' },
  };
}

/** What is deployed is what is measured. */
const deployedDynamicConfig = fileURLToPath(new URL('../../../deploy/temporal/dynamic.yaml', import.meta.url));
