import type { Readable } from 'node:stream';
import { fetchAround } from '../mail/fetch-around.js';
import { alertIdOf, MessageIdentity } from '../mail/identity.js';
import type { FetchedMessage } from '../mail/source.js';
import type { FolderPage, MessagePreview, MessagePreviewLine } from '../workflows/types.js';
import { activitySignal } from './context.js';
import { type Dependencies, mailboxNamed } from './dependencies.js';

export interface PreviewMessagesInput extends FolderPage {
  readonly mailbox: string;
}

/** A dry run looks at no more of a message than this, since nothing is written to disk. */
const mostBytes = 5 * 1024 * 1024;
const longestReason = 500;

/** What would become of messages: reads and parses them, writes nothing anywhere. Answers in their order. */
export function createPreviewMessages(dependencies: Dependencies) {
  return async function previewMessages(input: PreviewMessagesInput): Promise<readonly MessagePreviewLine[]> {
    const { source, config } = mailboxNamed(dependencies, input.mailbox);
    const previews = new Map<string, MessagePreviewLine>();
    const limits = { maxBytes: Math.min(config.limits.sizeBytes, mostBytes) };
    const take = async (message: FetchedMessage) => void previews.set(message.uid, await preview(message));
    const unreadable = await fetchAround(source, input, input.uids, limits, take, activitySignal());
    for (const [uid, reason] of unreadable) previews.set(uid, { uid, unreadable: reason.slice(0, longestReason) });
    return input.uids.flatMap((uid) => previews.get(uid) ?? []);

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
