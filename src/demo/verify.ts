import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { DemoAlert } from './alerts.js';
import type { DemoFolder } from './folder.js';
import { demoMails } from './samples.js';

/** What the demo has to look like when all is done. */
export interface Made {
  /** Of each mail in the mailbox. */
  readonly alertIds: readonly string[];
  readonly alerts: readonly DemoAlert[];
  readonly unread: number;
}

const caseSchema = z.object({ alert: z.object({ display_id: z.string(), ticket_id: z.string() }) });
const attributesSchema = z.array(z.object({ value: z.string() })).default([]);
const eventSchema = z.object({
  Event: z.object({
    Attribute: attributesSchema,
    Object: z.array(z.object({ Attribute: attributesSchema })).default([]),
  }),
});
const manifestSchema = z.record(z.string(), z.unknown());

/** Looks at what stands in the folders and says what is not as it should be, a line each. */
export async function verify(folder: DemoFolder, { alertIds, alerts, unread }: Made): Promise<readonly string[]> {
  const expected = [...new Set(alertIds)].sort();
  const mails = demoMails().length;
  const problems = [...(await wrongCases(folder, expected)), ...(await wrongEvents(folder, alerts))];
  if (alertIds.length < mails) problems.push(`the mailbox holds ${alertIds.length} mails, not ${mails}`);
  if (expected.length < alertIds.length) problems.push('a mail is in the mailbox twice');
  if (alerts.length !== expected.length) problems.push(`${alerts.length} alerts for ${expected.length} mails`);
  if (unread > 0) problems.push(`${unread} mails are not marked as read`);
  return problems;
}

/** Each alert has exactly one case, and each case is an alert of its own. */
async function wrongCases({ cases }: DemoFolder, expected: readonly string[]): Promise<string[]> {
  const names = (await readdir(cases).catch(() => [])).sort();
  const problems = expected.filter((id) => !names.includes(`${id}.json`)).map((id) => `alert ${id} has no case`);
  problems.push(
    ...names
      .filter((name) => !expected.includes(name.replace(/\.json$/, '')))
      .map((name) => `${name} is no case of a mail`),
  );
  const tickets = new Set<string>();
  for (const name of names) {
    const parsed = caseSchema.safeParse(await json(join(cases, name)));
    if (!parsed.success) problems.push(`case ${name} cannot be read`);
    else if (`${parsed.data.alert.display_id}.json` !== name) problems.push(`case ${name} is of another alert`);
    else if (tickets.has(parsed.data.alert.ticket_id)) problems.push(`case ${name} has the ticket id of another`);
    else tickets.add(parsed.data.alert.ticket_id);
  }
  return problems;
}

/** Each alert with URLs has a MISP event that holds them, listed once in the feed; the feed lists nothing else. */
async function wrongEvents({ feed }: DemoFolder, alerts: readonly DemoAlert[]): Promise<string[]> {
  const manifest = manifestSchema.safeParse(await json(join(feed, 'manifest.json'))).data ?? {};
  const listed = new Set(Object.keys(manifest));
  const problems: string[] = [];
  for (const { document } of alerts) {
    const { alertId, urls, mispEvent } = document;
    if (mispEvent === null) {
      if (urls.length > 0) problems.push(`alert ${alertId} has URLs and no MISP event`);
      continue;
    }
    if (!listed.delete(mispEvent.uuid))
      problems.push(`the feed does not list event ${mispEvent.uuid} of alert ${alertId}`);
    const event = eventSchema.safeParse(await json(join(feed, `${mispEvent.uuid}.json`))).data?.Event;
    const values = new Set(event === undefined ? [] : valuesOf(event));
    const missing = valuesOf(mispEvent).filter((value) => !values.has(value)).length;
    if (missing > 0) problems.push(`event ${mispEvent.uuid} of alert ${alertId} lacks ${missing} attributes`);
  }
  return [...problems, ...[...listed].map((uuid) => `the feed lists event ${uuid}, which is of no mail`)];
}

interface Valued {
  readonly Attribute: readonly { readonly value: string }[];
}

function valuesOf({ Attribute: attributes, Object: objects = [] }: Valued & { readonly Object?: readonly Valued[] }) {
  return [...attributes, ...objects.flatMap((object) => object.Attribute)].map(({ value }) => value);
}

async function json(file: string): Promise<unknown> {
  try {
    const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
    return parsed;
  } catch {
    return undefined;
  }
}
