import { relative } from 'node:path';
import { stringify } from 'yaml';
import type { DemoFolder } from './folder.js';
import type { DemoMailbox } from './mailbox.js';

export const mailboxName = 'demo';
export const targetName = 'cases';

/** lurewatch.yaml of the demo: a small one of the kind a user writes. */
export function configText(folder: DemoFolder, mailbox: DemoMailbox): string {
  const inside = (path: string) => `./${relative(folder.path, path)}`;
  const config = {
    store: { kind: 'file', path: inside(folder.store) },
    mailboxes: { [mailboxName]: { ...mailbox.config, every: '10s', targets: [targetName] } },
    targets: { [targetName]: { kind: 'file', path: inside(folder.cases) } },
    misp: { kind: 'feed', path: inside(folder.feed) },
    shutdownGraceTime: '10s',
  };
  return `# Written by \`npm run demo\` at each start: changes are lost.\n${stringify(config)}`;
}
