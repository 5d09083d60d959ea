import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load-config.js';
import { startCodecServer } from '../../src/temporal/codec/server/codec-server.js';
import { inFolder } from './folder.js';
import { encryptedWith, historyKeys } from './history-config.js';

export const token = 'a-token-that-nobody-guesses';

export interface RunningCodecServer {
  readonly url: string;
  /** What it has logged so far, a JSON object a line. */
  readonly log: readonly string[];
}

/** `codecServer` of lurewatch.yaml, on a free port, for one token. */
export const usualCodecServer = {
  port: 0,
  origins: ['https://temporal.example.com'],
  tokens: { soc: { env: 'TOKEN' } },
};

/** Runs `body` while a codec server listens; ends it whatever happens. */
export async function whileServing(
  body: (server: RunningCodecServer) => Promise<void>,
  codecServer: Readonly<Record<string, unknown>> = usualCodecServer,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  await inFolder(async (folder) => {
    const file = join(folder, 'lurewatch.yaml');
    const history = encryptedWith('two', { one: 'KEY_ONE', two: 'KEY_TWO' });
    await writeFile(file, stringify({ history, codecServer }));
    const log: string[] = [];
    const write = (message: string, data: Readonly<Record<string, unknown>> = {}) => {
      log.push(JSON.stringify({ message, ...data }));
    };
    const loaded = await loadConfig(file, { ...historyKeys, TOKEN: token, ...environment });
    const server = await startCodecServer(loaded, {
      trace: write,
      debug: write,
      info: write,
      warn: write,
      error: write,
    });
    try {
      await body({ url: server.url, log });
    } finally {
      await server.close();
    }
  });
}
