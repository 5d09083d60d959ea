import type { Readable } from 'node:stream';
import { withoutExcluded } from '../alerts/without-excluded.js';
import type { Extraction } from '../indicators/types.js';
import { fetchAround } from '../mail/fetch-around.js';
import { alertIdOf, MessageIdentity } from '../mail/identity.js';
import { skipRulesOf, skipText } from '../mail/skip/skip-rules.js';
import type { FetchedMessage } from '../mail/source.js';
import { decideRoute } from '../routing/router.js';
import { Places } from '../turns/places.js';
import type { FolderPage, MessagePreview, MessagePreviewLine } from '../workflows/types.js';
import { type AlertSource, originalsOf } from './alert-documents.js';
import { askWarninglists } from './ask-warninglists.js';
import { withSizeCut } from './build-alerts.js';
import { activitySignal } from './context.js';
import { type Dependencies, type Mailbox, mailboxNamed } from './dependencies.js';
import { wantedOf } from './wanted.js';

export interface PreviewMessagesInput extends FolderPage {
  readonly mailbox: string;
}

/** Nothing is written to disk, so messages above this are in memory, and one after the other. */
const largeBytes = 5 * 1024 * 1024;
const longestReason = 500;
/** Of one message, whatever it carries. */
const mostUrls = 20;

/**
 * What would become of messages: reads and parses them as far as a poll would, writes nothing anywhere. Answers in their
 * order.
 */
export function createPreviewMessages(dependencies: Dependencies) {
  const large = new Places(1);
  return async function previewMessages(input: PreviewMessagesInput): Promise<readonly MessagePreviewLine[]> {
    const mailbox = mailboxNamed(dependencies, input.mailbox);
    const { source, config } = mailbox;
    const previews = new Map<string, readonly MessagePreviewLine[]>();
    const limits = { maxBytes: config.limits.sizeBytes };
    const look = async (message: FetchedMessage) => void previews.set(message.uid, await preview(message));
    const take = (message: FetchedMessage) =>
      message.sizeBytes <= largeBytes ? look(message) : large.use({}, () => look(message), activitySignal());
    const unreadable = await fetchAround(source, input, input.uids, limits, take, activitySignal());
    for (const [uid, reason] of unreadable) previews.set(uid, [{ uid, unreadable: reason.slice(0, longestReason) }]);
    return input.uids.flatMap((uid) => previews.get(uid) ?? []);

    async function preview(message: FetchedMessage): Promise<readonly MessagePreview[]> {
      const bytes = await inMemory(message.raw);
      const digest = new MessageIdentity();
      digest.update(bytes);
      const identity = digest.digest();
      const read = await dependencies.extraction.extract(
        { bytes },
        { ...config.limits, wanted: wantedOf(config) },
        activitySignal(),
      );
      const size = { sizeBytes: message.sizeBytes, storedBytes: bytes.length };
      const extraction = withSizeCut(read, size);
      const own = { identity, alertId: alertIdOf(identity), extraction };
      const rule = skipRulesOf(config)?.ruleFor(extraction, bytes.length >= message.sizeBytes);
      if (rule !== undefined) return [{ ...previewOf(own, extraction, 0), skippedBy: skipText(rule) }];
      const { known } = await askWarninglists(dependencies, [extraction]);
      const originals = originalsOf(mailbox, own);
      const urls = Math.max(1, Math.floor(mostUrls / Math.max(1, originals.length)));
      return (originals.length === 0 ? [own] : originals).map((source) => ({
        ...previewOf(source, withoutExcluded(source.extraction, dependencies.exclusion, known), urls),
        ...routeOf(mailbox, source),
      }));
    }
  };
}

function routeOf(
  { config }: Pick<Mailbox, 'config'>,
  { extraction, original }: AlertSource,
): Pick<MessagePreview, 'route'> {
  const decided = decideRoute(config, extraction, original?.carrier);
  return decided === undefined ? {} : { route: { rule: decided.rule, targets: decided.targets } };
}

function previewOf({ alertId, original }: AlertSource, found: Extraction, urls: number): MessagePreview {
  return {
    alertId,
    ...(original === undefined ? {} : { reportedBy: original.report.from.slice(0, 200) }),
    from: found.from.slice(0, 200),
    subject: (found.subject ?? '').slice(0, 200),
    urls: found.urls.slice(0, urls).map(({ url }) => url.slice(0, 500)),
    findings: found.findings.map(({ text }) => text),
  };
}

async function inMemory(raw: Buffer | Readable): Promise<Buffer> {
  if (Buffer.isBuffer(raw)) return raw;
  const chunks: Buffer[] = [];
  for await (const chunk of raw as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
