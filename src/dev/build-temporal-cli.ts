import type { InstallOptions } from './download-temporal-cli.js';
import { goInstall } from './go-install.js';

/** The newest version that `go install` takes. */
const program = {
  title: "Temporal's CLI",
  path: 'github.com/temporalio/cli/cmd/temporal',
  version: 'v1.5.1',
  takes: 'two to three minutes',
};

/** Builds Temporal's CLI with Go. */
export async function buildTemporalCli(destination: string, options: InstallOptions): Promise<string | undefined> {
  return goInstall(program, destination, options);
}
