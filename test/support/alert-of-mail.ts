import { documentOf, originalsOf } from '../../src/activities/alert-documents.js';
import { wantedOf } from '../../src/activities/wanted.js';
import type { AlertDocument } from '../../src/alerts/types.js';
import { configSchema } from '../../src/config/schema.js';
import { Exclusion } from '../../src/indicators/exclude/exclusion.js';
import { extract } from './extraction.js';
import { messageRecord } from './message-record.js';

const exclusion = new Exclusion({ domains: [], urls: [], cidr: [] }, []);

/** The documents that a mailbox with these options makes of a mail: of the mails that it carries, or of the mail itself. */
export async function documentsOfMail(
  raw: string | Buffer,
  options: Readonly<Record<string, unknown>> = {},
): Promise<readonly AlertDocument[]> {
  const config = configSchema.parse({ mailboxes: { soc: { kind: 'directory', path: '.', ...options } } });
  const mailbox = config.mailboxes.soc;
  if (mailbox === undefined) throw new Error('there is a mailbox');
  const soc = { name: 'soc', config: mailbox };
  const extraction = await extract(raw, { wanted: wantedOf(mailbox) });
  const record = { ...messageRecord, internalDateMs: Date.UTC(2026, 10, 22) };
  const message = { ...record, extraction };
  const originals = originalsOf(soc, message);
  return (originals.length === 0 ? [message] : originals).map(({ alertId, identity, extraction, ...rest }) => {
    const original = 'original' in rest ? rest.original : undefined;
    const known = { config, exclusion };
    return documentOf(known, soc, { ...record, alertId, identity }, extraction, 'ticket', { findings: [] }, original);
  });
}

/** The one document of a mail that carries none. */
export async function documentOfMail(
  raw: string | Buffer,
  options: Readonly<Record<string, unknown>> = {},
): Promise<AlertDocument> {
  const [document] = await documentsOfMail(raw, options);
  if (document === undefined) throw new Error('a mail has an alert');
  return document;
}
