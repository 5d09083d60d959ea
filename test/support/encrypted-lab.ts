import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@temporalio/client';
import { loadConfig } from '../../src/config/load-config.js';
import { findTemporalCli } from '../../src/dev/temporal-cli.js';
import { createDataConverter } from '../../src/temporal/codec/data-converter.js';
import { startCli } from './cli.js';
import { historyKeys } from './history-config.js';
import type { Lab, Site } from './lab.js';

/** A client that writes and reads as the configuration of the laboratory says. */
export async function clientOf(lab: Lab): Promise<Client> {
  const loaded = await loadConfig(join(lab.folder, 'lurewatch.yaml'), historyKeys);
  const { connection, namespace } = lab.site.temporal;
  return new Client({ connection, namespace, dataConverter: createDataConverter(loaded) });
}

/** Polls with that client; resolves or rejects as the poll ends. */
export async function pollWith(client: Client, lab: Lab, name: string): Promise<unknown> {
  return client.workflow.execute('ingestMailbox', {
    taskQueue: lab.taskQueue,
    workflowId: `${lab.taskQueue}-${name}`,
    args: [{ mailbox: 'soc' }],
  });
}

/** Runs `lurewatch codec-server` with the configuration of the laboratory, which has the token under `TOKEN`. */
export async function whileRunning(lab: Lab, work: (endpoint: string, token: string) => Promise<void>): Promise<void> {
  const token = 'a-token-that-nobody-guesses';
  const server = startCli(['codec-server', '--config', join(lab.folder, 'lurewatch.yaml'), '--json'], {
    environment: { ...historyKeys, TOKEN: token },
  });
  try {
    await server.said('"ready":true');
    const [, endpoint = ''] = /"url":"([^"]+)"/.exec(server.stdout) ?? [];
    await work(endpoint, token);
  } finally {
    server.signal('SIGTERM');
    await server.ended;
  }
}

/** Temporal’s own CLI, against the server of the site; resolves with what it prints, and rejects with that. */
export async function temporalCli(site: Site): Promise<(...args: readonly string[]) => Promise<string>> {
  const cliPath = await findTemporalCli({ install: false });
  const run = promisify(execFile);
  return async (...args) => {
    const { stdout } = await run(cliPath, [...args, '--address', site.temporal.address]);
    return stdout;
  };
}
