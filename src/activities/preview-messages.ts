import type { Readable } from 'node:stream';
import { alertIdOf, MessageIdentity } from '../mail/identity.js';
import type { FetchedMessage } from '../mail/source.js';
import type { FolderPage, MessagePreview } from '../workflows/types.js';
import { activitySignal } from './context.js';
import { type Dependencies, mailboxNamed } from './dependencies.js';

export interface PreviewMessagesInput extends FolderPage {
  readonly mailbox: string;
}

/** A dry run looks at no more of a message than this, since nothing is written to disk. */
const mostBytes = 5 * 1024 * 1024;

/** What would become of messages: reads and parses them, writes nothing anywhere. */
export function createPreviewMessages(dependencies: Dependencies) {
  return async function previewMessages(input: PreviewMessagesInput): Promise<readonly MessagePreview[]> {
    const { source, config } = mailboxNamed(dependencies, input.mailbox);
    const previews: MessagePreview[] = [];
    const limits = { maxBytes: Math.min(config.limits.sizeBytes, mostBytes) };
    await source.fetch(
      input,
      input.uids,
      limits,
      async (message) => void previews.push(await preview(message)),
      activitySignal(),
    );
    return previews;

    async function preview(message: FetchedMessage): Promise<MessagePreview> {
      const bytes = await inMemory(message.raw);
      const identity = new MessageIdentity();
      identity.update(bytes);
      const found = await dependencies.extraction.extract({ bytes }, config.limits, activitySignal());
      return {
        alertId: alertIdOf(identity.digest()),
        from: found.from.slice(0, 200),
        subject: (found.subject ?? '').slice(0, 200),
        urls: found.urls.slice(0, 20).map(({ url }) => url.slice(0, 500)),
        findings: found.findings.map(({ text }) => text),
      };
    }
  };
}

async function inMemory(raw: Buffer | Readable): Promise<Buffer> {
  if (Buffer.isBuffer(raw)) return raw;
  const chunks: Buffer[] = [];
  for await (const chunk of raw as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
