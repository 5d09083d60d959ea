import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { reach, splitAddress } from './reach.js';

export interface TemporalOptions {
  /** Instead of what environment and temporal.toml say. */
  readonly address?: string | undefined;
  readonly namespace?: string | undefined;
  /** A profile of temporal.toml; by default TEMPORAL_PROFILE, else `default`. */
  readonly profile?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** True, for a dev server of our own: neither variables nor temporal.toml, whose keys are for another server. */
  readonly ignoreEnvironment?: boolean | undefined;
  /** For the client: `createDataConverter`. By default what is written stands readable. */
  readonly dataConverter?: DataConverter | undefined;
  /** How long to try, in milliseconds. */
  readonly timeoutMs?: number | undefined;
}

export interface TemporalClient {
  readonly client: Client;
  readonly connection: Connection;
  readonly address: string;
  readonly namespace: string;
  close(): Promise<void>;
}

export interface TemporalWorkerConnection {
  readonly connection: NativeConnection;
  readonly address: string;
  readonly namespace: string;
}

const defaultTimeoutMs = 10_000;

/**
 * A client for commands, configured as Temporal's own CLI is (environment variables, temporal.toml).
 *
 * @throws LW_TEMPORAL_UNREACHABLE, at once where nothing listens; LW_CONFIG_INVALID for a broken temporal.toml
 */
export async function connectTemporal(options: TemporalOptions = {}): Promise<TemporalClient> {
  const { connectionOptions, channelArgs, address, namespace, timeoutMs } = await settle(options);
  const connection = Connection.lazy({ ...connectionOptions, channelArgs, connectTimeout: timeoutMs });
  try {
    await connection.ensureConnected();
  } catch (cause) {
    // Else gRPC goes on trying behind our back, and keeps the process from ending.
    await connection.close();
    throw unreachable(address, cause);
  }
  try {
    await connection.withDeadline(Date.now() + timeoutMs, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } catch (cause) {
    // A key may be allowed to work in a namespace and not to describe it.
    if (grpcCode(cause) !== grpc.permissionDenied) {
      await connection.close();
      throw grpcCode(cause) === grpc.notFound ? noNamespace(address, namespace) : unreachable(address, cause);
    }
  }
  const { dataConverter } = options;
  const client = new Client({ connection, namespace, ...(dataConverter === undefined ? {} : { dataConverter }) });
  return { client, connection, address, namespace, close: () => connection.close() };
}

/** The same for a worker, which needs the SDK's native connection. Whoever calls this closes it. */
export async function connectWorker(options: TemporalOptions = {}): Promise<TemporalWorkerConnection> {
  const { connectionOptions, address, namespace } = await settle(options);
  const connection = await NativeConnection.connect(connectionOptions).catch((cause) => {
    throw unreachable(address, cause);
  });
  return { connection, address, namespace };
}

const grpc = { notFound: 5, permissionDenied: 7, unauthenticated: 16 };

async function settle(options: TemporalOptions) {
  const loaded = load(options);
  const address = options.address ?? loaded.connectionOptions.address ?? '127.0.0.1:7233';
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const local = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(splitAddress(address).host);
  const environment = options.environment ?? process.env;
  const proxied =
    !local && ['grpc_proxy', 'https_proxy', 'http_proxy'].some((name) => (environment[name] ?? '') !== '');
  if (!proxied) {
    await reach(address, timeoutMs).catch((cause) => {
      throw unreachable(address, cause);
    });
  }
  return {
    connectionOptions: { ...loaded.connectionOptions, address },
    // gRPC would ask a proxy even for this machine.
    channelArgs: local ? { 'grpc.enable_http_proxy': 0 } : {},
    address,
    namespace: options.namespace ?? loaded.namespace ?? 'default',
    timeoutMs,
  };
}

function load(options: TemporalOptions): ClientConnectConfig {
  if (options.ignoreEnvironment === true) return { connectionOptions: {} };
  const environment = Object.entries(options.environment ?? process.env).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  const source = {
    overrideEnvVars: Object.fromEntries(environment),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  };
  try {
    return loadClientConnectConfig(source);
  } catch (cause) {
    // The SDK stumbles over a temporal.toml without any profile, which is as good as none.
    const profile = options.profile ?? source.overrideEnvVars.TEMPORAL_PROFILE;
    if (cause instanceof TypeError && !profile) return loadClientConnectConfig({ ...source, disableFile: true });
    // Only the first line: a TOML error goes on with the text around it, which may be an API key.
    const reason = (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0] ?? '';
    throw new LurewatchError('LW_CONFIG_INVALID', `the connection to Temporal is wrongly configured: ${reason}`, {
      where: 'temporal.toml and TEMPORAL_* variables',
      mend: 'Mend the profile; `temporal config list` and `temporal config get` show what it has.',
    });
  }
}

function unreachable(address: string, cause: unknown): LurewatchError {
  const code = grpcCode(cause);
  if (code === grpc.permissionDenied || code === grpc.unauthenticated) {
    return new LurewatchError('LW_TEMPORAL_UNREACHABLE', 'the Temporal server refused our credentials', {
      where: address,
      mend: 'Check TEMPORAL_API_KEY, or the client certificate, of the profile in use.',
      cause,
    });
  }
  const reason = typeof cause === 'object' && cause !== null && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new LurewatchError('LW_TEMPORAL_UNREACHABLE', `the Temporal server cannot be reached${reason}`, {
    where: address,
    cause,
  });
}

function noNamespace(address: string, namespace: string): LurewatchError {
  return new LurewatchError('LW_TEMPORAL_UNREACHABLE', `the Temporal server has no namespace ${namespace}`, {
    where: address,
    mend: `Set TEMPORAL_NAMESPACE, or run \`temporal operator namespace create --namespace ${namespace}\`.`,
  });
}

function grpcCode(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  // Connection wraps what getSystemInfo answered.
  return error instanceof Error && error.cause !== undefined ? grpcCode(error.cause) : undefined;
}
