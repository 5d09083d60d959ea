import { join } from 'node:path';
import { cacheFolder } from '../../src/dev/cache-folder.js';
import { isExecutable } from '../../src/dev/find-on-path.js';
import { type GoProgram, goInstall } from '../../src/dev/go-install.js';

export const temporalVersion = 'v1.29.1';

const takes = 'some minutes, seconds where its modules are there already';
const server: GoProgram = {
  title: 'the Temporal server',
  path: 'go.temporal.io/server/cmd/server',
  version: temporalVersion,
  takes,
};
const sqlTool: GoProgram = {
  title: "Temporal's schema tool",
  path: 'go.temporal.io/server/cmd/tools/sql',
  version: temporalVersion,
  takes,
};

export interface ServerPrograms {
  readonly server: string;
  /** Holds the schema itself. */
  readonly sqlTool: string;
}

/** The server as it runs in production, not the dev server: from our cache folder, else built with Go into it. */
export async function serverPrograms(onProgress: (line: string) => void): Promise<ServerPrograms> {
  return {
    server: await built(server, `temporal-server-${temporalVersion}`, onProgress),
    sqlTool: await built(sqlTool, `temporal-sql-tool-${temporalVersion}`, onProgress),
  };
}

async function built(program: GoProgram, name: string, onProgress: (line: string) => void): Promise<string> {
  const path = join(cacheFolder(), 'bin', name);
  if (await isExecutable(path)) return path;
  const fault = await goInstall(program, path, { onProgress, environment: process.env });
  if (fault === undefined) return path;
  throw new Error(`This scenario needs ${program.title}: \`go install ${program.path}@${program.version}\`. ${fault}`);
}
