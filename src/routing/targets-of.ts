import type { MailboxConfig } from '../config/schema.js';

/** All targets that messages of a mailbox may go to: its own and those of its routes, each once. */
export function targetsOf({ targets, routes }: Pick<MailboxConfig, 'targets' | 'routes'>): readonly string[] {
  if (routes.length === 0) return targets;
  return [...new Set([...targets, ...routes.flatMap((route) => route.targets ?? [])])];
}

/** Whether MISP gets any of its messages, where one is configured. */
export function goesToMisp({ misp, routes }: Pick<MailboxConfig, 'misp' | 'routes'>): boolean {
  return misp || routes.some((route) => route.misp === true);
}
