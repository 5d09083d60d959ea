import { ApplicationFailure } from '@temporalio/workflow';
import type { ImportFeedInput } from './feed-types.js';
import type { Decision, IngestMailboxInput } from './types.js';

/** Inputs come from people at a terminal: say what is wrong with them instead of failing somewhere inside. */
export function checkIngestMailboxInput(input: unknown): IngestMailboxInput {
  const example = 'like {"mailbox":"soc"} or {"mailbox":"soc","dryRun":true,"limit":500}';
  if (!isRecord(input)) throw invalid(`the input must be an object, ${example}`);
  if (typeof input.mailbox !== 'string' || input.mailbox === '') throw invalid(`"mailbox" must be a name, ${example}`);
  if (input.dryRun !== undefined && typeof input.dryRun !== 'boolean') throw invalid('"dryRun" must be true or false');
  const { limit } = input;
  if (limit !== undefined && (!Number.isInteger(limit) || Number(limit) < 1)) {
    throw invalid('"limit" must be a whole number above 0');
  }
  const unknown = Object.keys(input).filter((key) => !['mailbox', 'dryRun', 'limit', 'continued'].includes(key));
  if (unknown.length > 0) throw invalid(`"${unknown.join('", "')}" is not known, ${example}`);
  return input as unknown as IngestMailboxInput;
}

export function checkImportFeedInput(input: unknown): ImportFeedInput {
  const example = 'like {"feed":"ransomwatch"} or {"feed":"ransomwatch","dryRun":true}';
  if (!isRecord(input)) throw invalid(`the input must be an object, ${example}`);
  if (typeof input.feed !== 'string' || input.feed === '') throw invalid(`"feed" must be a name, ${example}`);
  if (input.dryRun !== undefined && typeof input.dryRun !== 'boolean') throw invalid('"dryRun" must be true or false');
  if (input.from !== undefined && !isText(input.from)) throw invalid('"from" must be the path of a file');
  const unknown = Object.keys(input).filter((key) => !['feed', 'dryRun', 'from', 'continued'].includes(key));
  if (unknown.length > 0) throw invalid(`"${unknown.join('", "')}" is not known, ${example}`);
  return input as unknown as ImportFeedInput;
}

export function checkDecision(decision: unknown): asserts decision is Decision {
  if (!isRecord(decision) || !isText(decision.who) || !isText(decision.why)) {
    throw invalid('a decision needs who took it and why: {"who":"…","why":"…"}');
  }
  const { sinks } = decision;
  if (sinks !== undefined && !(Array.isArray(sinks) && sinks.length > 0 && sinks.every(isText))) {
    throw invalid('"sinks" of a decision must be a list of names');
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(what: string): ApplicationFailure {
  const message = `${what}. Compare the input with the examples in README.md. [LW_INPUT_INVALID]`;
  return ApplicationFailure.create({ message, type: 'LW_INPUT_INVALID', nonRetryable: true });
}
