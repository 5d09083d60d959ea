import { defineSearchAttributeKey } from '@temporalio/common';

/** Imported by workflow code: nothing here but the keys. */
export const mailboxKey = defineSearchAttributeKey('LurewatchMailbox', 'KEYWORD');
export const feedKey = defineSearchAttributeKey('LurewatchFeed', 'KEYWORD');
export const statusKey = defineSearchAttributeKey('LurewatchStatus', 'KEYWORD');
/** At most 50 short ids: a value over 2,048 bytes fails the workflow. */
export const alertIdsKey = defineSearchAttributeKey('LurewatchAlertIds', 'KEYWORD_LIST');

export const searchAttributeKeys = [mailboxKey, feedKey, statusKey, alertIdsKey] as const;
