import type { LoadedConfig } from '../config/load-config.js';

/**
 * As the function of that name that it loads first: what reads a configuration is three quarters of the start of a
 * command, and help, `--version` and wrong usage do without.
 */
export async function loadConfig(path?: string): Promise<LoadedConfig> {
  const config = await import('../config/load-config.js');
  return config.loadConfig(path);
}
