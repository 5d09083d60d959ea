import assert from 'node:assert/strict';
import { WorkflowFailedError } from '@temporalio/client';
import type { Lab, LabOptions, Site } from './lab.js';
import { type MispServer, startMispServer } from './misp-server.js';
import { SecopsServer } from './secops-server.js';
import { WebhookServer, type WebhookServerOptions } from './webhook-server.js';

export interface SoarLabOptions
  extends Partial<Pick<LabOptions, 'mailboxes' | 'inFlightMs' | 'renewMs' | 'store' | 'secrets'>> {
  /** What differs in the target's configuration. */
  readonly target?: Readonly<Record<string, unknown>>;
  readonly server?: WebhookServerOptions;
}

/** A laboratory whose target `cases` is a webhook that counts. */
export async function withWebhook(
  site: Site,
  work: (lab: Lab, soar: WebhookServer) => Promise<void>,
  options: SoarLabOptions = {},
): Promise<void> {
  const soar = await WebhookServer.start(options.server);
  try {
    const targets = { cases: webhookTarget(soar, options.target) };
    await site.lab({ ...options, targets, secrets: { ...options.secrets, HOOK: soar.secret } }, (lab) =>
      work(lab, soar),
    );
  } finally {
    await soar.close();
  }
}

/** A laboratory whose target can only be asked whether it has an alert. */
export async function withSiemplify(
  site: Site,
  work: (lab: Lab, soar: SecopsServer) => Promise<void>,
  options: SoarLabOptions = {},
): Promise<void> {
  const soar = await SecopsServer.start();
  const usual = { kind: 'secops', api: 'siemplify', url: soar.url, insecure: true, key: { env: 'KEY' } };
  try {
    const targets = { cases: { ...usual, ...options.target } };
    await site.lab({ ...options, targets, secrets: { ...options.secrets, KEY: soar.appKey } }, (lab) =>
      work(lab, soar),
    );
  } finally {
    await soar.close();
  }
}

/** A webhook and a MISP beside each other. */
export async function withMisp(
  site: Site,
  work: (lab: Lab, soar: WebhookServer, misp: MispServer) => Promise<void>,
  options: SoarLabOptions = {},
): Promise<void> {
  const soar = await WebhookServer.start(options.server);
  const misp = await startMispServer();
  try {
    const targets = { cases: webhookTarget(soar, options.target) };
    const secrets = { ...options.secrets, HOOK: soar.secret, MISP_KEY: misp.key, WRONG_KEY: 'not-the-key-of-anybody' };
    await site.lab({ ...options, targets, secrets, misp: mispConfig(misp, 'MISP_KEY') }, (lab) =>
      work(lab, soar, misp),
    );
  } finally {
    await misp.close();
    await soar.close();
  }
}

export function mispConfig(misp: MispServer, keyVariable: string): Readonly<Record<string, unknown>> {
  return { url: misp.url, insecure: true, key: { env: keyVariable }, timeout: '5s' };
}

function webhookTarget(soar: WebhookServer, different: Readonly<Record<string, unknown>> = {}) {
  return { kind: 'webhook', url: `${soar.url}/hook`, insecure: true, secret: { env: 'HOOK' }, ...different };
}

/** What every fault has to end in. */
export async function everyMailOnce(lab: Lab, soar: WebhookServer | SecopsServer, mails: number): Promise<void> {
  assert.equal(soar.caseCount, mails);
  assert.equal(soar.cases.size, mails);
  assert.deepEqual(await lab.unread(), []);
}

/** The failure of a poll in its own words, and what it had counted by then. */
export async function failureOf(
  poll: Promise<unknown>,
): Promise<{ readonly code: string; readonly message: string; readonly result: unknown }> {
  const error: unknown = await poll.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof WorkflowFailedError, `the poll did not fail: ${String(error)}`);
  const { cause } = error;
  assert.ok(cause !== undefined && 'type' in cause && 'details' in cause, 'no application failure');
  const details: unknown = cause.details;
  return {
    code: String(cause.type),
    message: cause.message,
    result: Array.isArray(details) ? details[0] : undefined,
  };
}
