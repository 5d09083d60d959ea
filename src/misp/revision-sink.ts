import { isLurewatchError, LurewatchError } from '../errors/lurewatch-error.js';
import type { Warning } from '../errors/warning.js';
import type { MayGoOn, SendResult } from '../sinks/sink.js';
import type { MispRole } from './answers.js';
import { afterwards, bounded, marginMs } from './bounded.js';
import type { MispClient } from './client.js';
import { LeftOutTags } from './left-out-tags.js';
import { previewRevision } from './preview-revision.js';
import {
  type EventRevision,
  type RevisionPreview,
  type RevisionSink,
  type TagOutcome,
  takenEvent,
} from './revisions.js';
import { baseAddress, eventReference, serverFindings } from './server-address.js';
import { hiddenEvent, type MispServerSinkOptions } from './server-sink.js';
import { sharingDifference } from './sharing.js';
import { tagEvent } from './tag-event.js';
import { ToldOnce } from './told-once.js';
import { rejectable, tooManyAttributes } from './too-large.js';
import { type WrittenRevision, writeRevision } from './write-revision.js';

/**
 * MISP itself, for the events of feeds.
 *
 * One event a call: a call fails as a whole, and would take with it what became of the events before; and the claims of
 * fifty events, of 75 ms each, would be old before their turn. Which of many events exist is asked beforehand, by
 * `known`. One call at a time, too: several writers are several activities.
 */
export class MispRevisionSink implements RevisionSink {
  readonly name = 'misp';
  readonly repeats = 'server';
  readonly alertsPerCall = 1;
  readonly concurrency = 1;
  readonly inFlightMs: number;
  readonly #client: MispClient;
  readonly #options: Omit<MispServerSinkOptions, 'concurrency'>;
  readonly #leftOutTags = new LeftOutTags();
  readonly #sharing = new ToldOnce();

  constructor(client: MispClient, options: Omit<MispServerSinkOptions, 'concurrency'>) {
    this.#client = client;
    this.#options = options;
    this.inFlightMs = options.sendTimeoutMs + marginMs;
  }

  wants(): boolean {
    return true;
  }

  async send(
    revisions: readonly EventRevision[],
    signal: AbortSignal,
    mayGoOn?: MayGoOn,
  ): Promise<readonly SendResult[]> {
    const client = this.#asking(mayGoOn);
    const results: SendResult[] = [];
    for (const revision of revisions) {
      const reason = tooManyAttributes(revision.event);
      results.push(
        reason === undefined
          ? await bounded(this.#options.sendTimeoutMs, signal, (both) =>
              rejectable(() => this.#send(client, revision, both)),
            )
          : { status: 'rejected', reason, ...nothingOfIt(revision) },
      );
    }
    return results;
  }

  async find({ event }: EventRevision, signal: AbortSignal): Promise<string | undefined> {
    const stored = await this.#client.viewEvent(event.uuid, signal);
    return stored === undefined ? undefined : this.#reference(stored.id);
  }

  async known(uuids: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>> {
    return await this.#client.knownEvents(uuids, signal);
  }

  async preview(revision: EventRevision, signal: AbortSignal): Promise<RevisionPreview> {
    const reason = tooManyAttributes(revision.event);
    if (reason !== undefined) return { action: 'unchanged', changes: [`rejected: ${reason}`] };
    try {
      return await previewRevision(this.#client, revision, signal);
    } catch (error) {
      if (!isLurewatchError(error, 'LW_MISP_REJECTED')) throw error;
      return { action: 'unchanged', changes: [`rejected: ${error.what}`] };
    }
  }

  async tag(uuid: string, tag: string, signal: AbortSignal, mayGoOn?: MayGoOn): Promise<TagOutcome> {
    const client = this.#asking(mayGoOn);
    try {
      return await bounded(this.#options.sendTimeoutMs, signal, (both) => tagEvent(client, uuid, tag, both));
    } catch (error) {
      if (!isLurewatchError(error, 'LW_MISP_REJECTED')) throw error;
      return { kind: 'refused', reason: error.what };
    }
  }

  async settle(): Promise<void> {
    // MISP shows each event at once.
  }

  async check(signal?: AbortSignal): Promise<readonly string[]> {
    const version = await this.#client.version(signal);
    const role = await this.#client.role(signal);
    if (role?.perm_add === false || role?.perm_modify === false) {
      const lacking = role.perm_add === false ? 'add events (perm_add)' : 'change its own events (perm_modify)';
      throw new LurewatchError('LW_MISP_AUTH', `the role ${role.name ?? 'of this user'} may not ${lacking}`, {
        where: 'misp',
        mend: 'Give the role that permission, or use the key of a user who has it.',
      });
    }
    return [
      `${baseAddress(this.#options.url)}: MISP ${version.version} accepts the key`,
      ...describeRole(role),
      ...serverFindings(this.#options),
    ];
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  /** Between two requests of one event a worker may stand still for so long that others write to it. */
  #asking(mayGoOn: MayGoOn | undefined): MispClient {
    return mayGoOn === undefined ? this.#client : this.#client.asking(mayGoOn);
  }

  async #send(client: MispClient, revision: EventRevision, signal: AbortSignal): Promise<SendResult> {
    const written = await writeRevision(client, revision, signal);
    if (written.kind === 'taken') return takenEvent;
    if (written.kind === 'rejected') {
      const { reason, atOnce, blocked } = written;
      const code = blocked === true ? ({ code: 'LW_ROW_BLOCKED' } as const) : {};
      return { status: 'rejected', reason, ...code, ...(atOnce === true ? nothingOfIt(revision) : {}) };
    }
    if (written.kind === 'hidden') {
      const reference = this.#reference(written.id ?? revision.event.uuid);
      return { status: 'delivered', action: 'unchanged', reference, warnings: [hiddenEvent] };
    }
    const { action, stored } = written;
    const sharing = action === 'created' ? undefined : sharingDifference(stored, revision.event);
    const warnings = [
      ...written.warnings,
      ...this.#leftOutTags.warnings(written.leftOutTags, Date.now()),
      ...this.#sharing.due(sharing === undefined ? [] : [sharing], Date.now()).map(sharingWarning),
      ...(await this.#publish(client, revision, written, signal)),
    ];
    const reference = this.#reference(stored.id);
    return { status: 'delivered', action, reference, ...(warnings.length === 0 ? {} : { warnings }) };
  }

  /** An event that was published before is published again by its update. Answers why not. */
  async #publish(
    client: MispClient,
    { publish, before, atMs }: EventRevision,
    { action, stored }: WrittenRevision & { readonly kind: 'written' },
    signal: AbortSignal,
  ): Promise<readonly Warning[]> {
    // Unchanged, and not published since the revision was made: an attempt before this one ended between the two.
    const since = before === undefined ? 1 : Math.floor(atMs / 1000);
    const due = publish && !stored.published && (action !== 'unchanged' || stored.publishedAt < since);
    if (!due) return [];
    try {
      const reason = await afterwards(() => client.publish(stored.id, signal));
      return reason === undefined ? [] : [unpublished(reason)];
    } catch (error) {
      // An outcome would mean that nobody ever tries again; the next attempt finds the event, and publishes it.
      if (!isLurewatchError(error) || error.retryable) throw error;
      return [unpublished(error.what)];
    }
  }

  #reference(id: string): string {
    return eventReference(this.#options.url, id);
  }
}

function nothingOfIt({ onlyAdd }: EventRevision): { readonly untouched?: true } {
  return onlyAdd === undefined ? {} : { untouched: true };
}

function sharingWarning(reason: string): Warning {
  return { code: 'LW_WARN_SHARING', reason };
}

function unpublished(why: string): Warning {
  return { code: 'LW_WARN_UNPUBLISHED', reason: `MISP did not publish the event: ${why}` };
}

function describeRole(role: MispRole | undefined): readonly string[] {
  if (role === undefined) return ['MISP does not tell this user whether its role may add events or create tags'];
  const may = (flag: boolean | undefined): string => (flag === undefined ? 'not told' : flag ? 'yes' : 'no');
  const findings = [
    `role ${role.name ?? 'of this user'}: add events ${may(role.perm_add)}, change them ${may(role.perm_modify)}, use tags ${may(role.perm_tagger)}, create tags ${may(role.perm_tag_editor)}, publish ${may(role.perm_publish)}`,
  ];
  if (role.perm_tagger === false) findings.push('warning: events get no tags without perm_tagger');
  else if (role.perm_tag_editor === false) {
    findings.push('warning: without perm_tag_editor MISP silently leaves out tags that it does not know yet');
  }
  return findings;
}
