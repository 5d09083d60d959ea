import type { LurewatchError } from '../errors/lurewatch-error.js';
import type { Warning } from '../errors/warning.js';
import type { MispClient } from './client.js';
import type { StoredEvent } from './stored-event.js';
import type { MispAttribute, MispEvent } from './types.js';

/** More in one request only makes MISP slower than its proxies' patience. */
export const attributesPerRequest = 500;

/** MISP's words where the value is in the event already, under another UUID. Nothing is missing then. */
const alreadyThere = /similar attribute already exists/i;

/** Of attributes that MISP keeps refusing, so many are named. */
const namedRefusals = 20;

/**
 * Brings an event that MISP holds up to what was sent: MISP silently drops attributes and tags, stores half an event
 * before a 500, and large events travel in pieces anyway. Answers what stays missing and why, for people.
 * Never two requests for one event at the same time.
 */
export async function completeEvent(
  client: MispClient,
  event: MispEvent,
  stored: StoredEvent,
  signal: AbortSignal,
): Promise<readonly Warning[]> {
  const warnings = [...(await completeAttributes(client, event.uuid, event.Attribute, stored, signal))];
  for (const tag of event.Tag) {
    if (stored.tagNames.has(tag.name.toLowerCase())) continue;
    const reason = await client.attachTag(event.uuid, tag.name, signal);
    if (reason === undefined) continue;
    warnings.push({ code: 'LW_WARN_TAG_REFUSED', reason: `MISP did not attach the tag ${tag.name}: ${reason}` });
  }
  if (event.published && !stored.published) {
    const reason = 'MISP stored the event unpublished: the role of this user may not publish';
    warnings.push({ code: 'LW_WARN_UNPUBLISHED', reason });
  }
  return warnings;
}

/** Adds those of these attributes that the event lacks. Answers what stays missing and why. */
export async function completeAttributes(
  client: MispClient,
  uuid: string,
  attributes: readonly MispAttribute[],
  stored: StoredEvent,
  signal: AbortSignal,
): Promise<readonly Warning[]> {
  const missing = attributes.filter((attribute) => !stored.attributeUuids.has(attribute.uuid));
  const refused = await appendAttributes(client, uuid, missing, signal);
  const lost = [...refused].filter(([, reason]) => !alreadyThere.test(reason));
  // A refusal may only say that another request was faster: what counts is what MISP holds in the end.
  const final = lost.length === 0 ? undefined : await client.viewEvent(uuid, signal);
  const absent = lost.filter(([attribute]) => !final?.attributeUuids.has(attribute.uuid));
  const warnings = absent.slice(0, namedRefusals).map(([attribute, reason]) => describeRefusal(attribute, reason));
  if (absent.length <= namedRefusals) return warnings;
  const more = `${absent.length - namedRefusals} more attributes were refused`;
  return [...warnings, { code: 'LW_WARN_DROPPED', reason: more }];
}

/** Adds attributes in pieces, halving a piece that fails. Answers those that were refused, each with the reason. */
export async function appendAttributes(
  client: MispClient,
  event: string,
  attributes: readonly MispAttribute[],
  signal: AbortSignal,
): Promise<ReadonlyMap<MispAttribute, string>> {
  const refused = new Map<MispAttribute, string>();
  const waiting = inPieces(attributes);
  for (let piece = waiting.shift(); piece !== undefined; piece = waiting.shift()) {
    const outcome = await client.addAttributes(event, piece, signal);
    if (outcome.kind === 'answered') {
      for (const [attribute, reason] of outcome.reasons) refused.set(attribute, reason);
    } else if (piece.length > 1) {
      const middle = Math.ceil(piece.length / 2);
      waiting.unshift(piece.slice(0, middle), piece.slice(middle));
    } else {
      for (const attribute of piece) refused.set(attribute, await addAlone(client, event, attribute, outcome, signal));
    }
  }
  return refused;
}

/**
 * An attribute that fails by itself. 500 twice is MISP's answer to a value it cannot store; the caller looks at the
 * event afterwards, which fails where it is MISP that is broken. 502 to 504 come from before MISP: try later.
 */
async function addAlone(
  client: MispClient,
  event: string,
  attribute: MispAttribute,
  failed: { readonly status: number; readonly error: LurewatchError },
  signal: AbortSignal,
): Promise<string> {
  if (failed.status === 413) return 'too large for MISP or a proxy before it (413)';
  if (failed.status !== 500) throw failed.error;
  const again = await client.addAttributes(event, [attribute], signal);
  // Looked at in the event afterwards, so a success needs no other word than a refusal.
  if (again.kind === 'answered') return again.reasons.get(attribute) ?? 'stored at the second try';
  if (again.status !== 500) throw again.error;
  return 'MISP answers 500 to it';
}

function inPieces(attributes: readonly MispAttribute[]): MispAttribute[][] {
  const pieces: MispAttribute[][] = [];
  for (let start = 0; start < attributes.length; start += attributesPerRequest) {
    pieces.push(attributes.slice(start, start + attributesPerRequest));
  }
  return pieces;
}

export function describeRefusal(attribute: MispAttribute, reason: string): Warning {
  const value = attribute.value.length > 120 ? `${attribute.value.slice(0, 120)}…` : attribute.value;
  const why = reason === '' ? 'it gave no reason' : reason;
  return { code: 'LW_WARN_DROPPED', reason: `MISP dropped ${attribute.type} ${value}: ${why}` };
}
