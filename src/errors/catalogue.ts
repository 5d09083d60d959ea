/**
 * Every error Lurewatch raises on purpose. The code is stable: it is the `type` of the Temporal failure, what
 * `docs/operations.md` lists, and what an alert rule may match. Whether an activity that meets it is tried again is
 * decided here and nowhere else.
 */
export interface ErrorKind {
  /** True: trying again later may help. False: a person has to mend something first. */
  readonly retryable: boolean;
  /** True: part of the usual work, which no log or metric need call a failure. */
  readonly benign?: true;
  /** What it means, in one line, for the operations page. */
  readonly meaning: string;
  /** What to do about it. */
  readonly mend: string;
}

export const catalogue = {
  // Configuration and usage
  LW_CONFIG_INVALID: {
    retryable: false,
    meaning: 'The configuration has a mistake.',
    mend: 'Mend the named place in lurewatch.yaml; docs/configuration.md lists every key.',
  },
  LW_CONFIG_NOT_FOUND: {
    retryable: false,
    meaning: 'The configuration file cannot be read.',
    mend: 'Name it with --config or LUREWATCH_CONFIG, or create lurewatch.yaml in this folder.',
  },
  LW_SECRET_UNSET: {
    retryable: false,
    meaning: 'A secret that the configuration refers to is not set.',
    mend: 'Set the environment variable, or write the file, that the configuration names.',
  },
  LW_MONITORING_LISTEN: {
    retryable: false,
    meaning: 'The worker cannot listen where its metrics and health are to be asked for.',
    mend: 'Another worker of this host may listen there: give each its own with `lurewatch worker --listen`, or change `monitoring.listen`.',
  },
  LW_USAGE: { retryable: false, meaning: 'A command was used wrongly.', mend: 'See --help of the command.' },
  LW_UNKNOWN_MAILBOX: {
    retryable: false,
    meaning: 'A mailbox is named that the configuration of the worker does not have.',
    mend: 'Use one of the names under `mailboxes`, or add it and restart the worker.',
  },
  LW_UNKNOWN_TARGET: {
    retryable: false,
    meaning: 'A target is named that the configuration of the worker does not have.',
    mend: 'Use one of the names under `targets`, or add it and restart the worker.',
  },
  LW_ALERT_UNKNOWN: {
    retryable: false,
    meaning: 'An alert is named that nothing is known of.',
    mend: 'Check the id: `lurewatch held list` shows what is held, `lurewatch find` what became of a mail.',
  },
  LW_NOT_HELD: {
    retryable: false,
    meaning: 'A decision came for a message of which nothing is held there.',
    mend: 'It was decided already, or it is on its way: `lurewatch find` tells what became of it.',
  },
  LW_INPUT_INVALID: {
    retryable: false,
    meaning: 'The input of a workflow, update or query is not of the expected shape.',
    mend: 'Compare the input with the examples in README.md.',
  },

  // Mailboxes
  LW_MAIL_UNREACHABLE: {
    retryable: true,
    meaning: 'The mail server cannot be reached, or the connection broke.',
    mend: 'Check host and port; a passing outage needs nothing, the work goes on when the server is back.',
  },
  LW_MAIL_HOST_UNKNOWN: {
    retryable: false,
    meaning: 'The host name of the mail server does not exist, or nothing listens on its port.',
    mend: 'Mend host and port of the mailbox.',
  },
  LW_MAIL_AUTH: {
    retryable: false,
    meaning: 'The mail server refused user name or password, or the access token.',
    mend: 'Mend username or password of the mailbox, then start the poll again.',
  },
  LW_MAIL_GRANT: {
    retryable: false,
    meaning:
      'The OAuth provider of a mailbox gives no token: the grant is revoked, expired or not given, or the application is not as configured.',
    mend: 'See docs/oauth.md for what the code of the provider means; `lurewatch login` gets a new refresh token.',
  },
  LW_MAIL_PROVIDER: {
    retryable: true,
    meaning: 'The OAuth provider of a mailbox cannot be reached, asked us to wait, or answered as no provider does.',
    mend: 'A passing outage needs nothing: it is tried again, obeying Retry-After. Else check its address and `oauth.ca`.',
  },
  LW_MAIL_TLS: {
    retryable: false,
    meaning: 'The certificate of the mail server does not verify, or it offers no TLS.',
    mend: 'Give the CA with `ca`, or mend the certificate. `verify: false` or `tls: none` give up protection.',
  },
  LW_MAIL_FOLDER_UNKNOWN: {
    retryable: false,
    meaning: 'A configured folder does not exist in the mailbox.',
    mend: 'Use one of the folders that the message lists.',
  },
  LW_MAIL_READ_ONLY: {
    retryable: false,
    meaning: 'The mailbox does not let this user mark mail as read, or do what `after` says.',
    mend: 'Grant the right to set \\Seen (IMAP ACL right "s"), or configure `read: new`, which sets no flags.',
  },
  LW_MAIL_FLAG_LOST: {
    retryable: true,
    meaning: 'The mail server accepted the \\Seen flag, or what else `after` says, and did not keep to it.',
    mend: 'Nothing is lost or sent twice: the next poll marks again. Check rights and quota of the mailbox.',
  },
  LW_MAIL_UIDVALIDITY_CHANGED: {
    retryable: false,
    meaning:
      'While a batch was under way the folder was renumbered (UIDVALIDITY changed), or the mailbox came to name another host or user.',
    mend: 'Nothing to do: nothing is marked by an old number, and the next poll recognises mails by identity.',
  },
  LW_MAIL_NO_IDLE: {
    retryable: false,
    meaning: 'The mail server offers no IDLE (RFC 2177), so nobody can listen to it for new mail.',
    mend: 'Remove `push: idle` of the mailbox; shorten `every` where mails should come sooner. The polls go on either way.',
  },
  LW_MAIL_PROTOCOL: {
    retryable: true,
    meaning: 'The mail server answered a command with an error.',
    mend: 'See the server answer in the message; it is tried again.',
  },

  // Proxies
  LW_PROXY_REFUSES: {
    retryable: false,
    meaning: 'A proxy does not take our credentials, or does not connect to the host: nothing reached the host.',
    mend: 'Mend `proxy` and `proxyAuth`, or the rules of the proxy; docs/proxies.md.',
  },

  // Targets (SOARs)
  LW_TARGET_UNAVAILABLE: {
    retryable: true,
    meaning: 'A target cannot be reached, or asked us to wait (429): certainly nothing was carried out.',
    mend: 'Nothing is lost: it is tried again, obeying Retry-After.',
  },
  LW_TARGET_AMBIGUOUS: {
    retryable: true,
    meaning: 'A request to a target ended without an answer or with 5xx: it may have been carried out.',
    mend: 'Nothing to do: the target is asked, or told the same id, before anything is sent again.',
  },
  LW_TARGET_AUTH: {
    retryable: false,
    meaning: 'A target refused our credentials or permission.',
    mend: 'Mend the key or permission of the target; unread mails go on at the next poll.',
  },
  LW_TARGET_REFUSES: {
    retryable: false,
    meaning: 'A target refuses everything alike (gone, wrong address, or every alert of a batch rejected).',
    mend: 'Mend the target; the mails stay unread and go on at the next poll.',
  },
  LW_TARGET_TLS: {
    retryable: false,
    meaning: 'The certificate of a target does not verify.',
    mend: 'Give the CA with `ca`, or mend the certificate.',
  },
  LW_TARGET_REJECTED: {
    retryable: false,
    meaning: 'A target rejected one alert; no retry can mend that.',
    mend: 'Read the reason, then `lurewatch held retry` or `lurewatch held discard`.',
  },
  LW_TARGET_ANSWER: {
    retryable: true,
    meaning: 'A target answered something that is not of its own format.',
    mend: 'Check the address: a proxy or a login page may have answered.',
  },

  // MISP
  LW_MISP_UNAVAILABLE: {
    retryable: true,
    meaning: 'MISP cannot be reached or answered 5xx or 429.',
    mend: 'Nothing is lost: it is tried again.',
  },
  LW_MISP_AMBIGUOUS: {
    retryable: true,
    meaning: 'A request to MISP ended without a usable answer: it may have been carried out.',
    mend: 'Nothing to do: MISP is asked for the UUID before anything is sent again.',
  },
  LW_MISP_AUTH: {
    retryable: false,
    meaning: 'MISP refused the key, or the role of its user may not add events.',
    mend: 'Mend `misp.key`, or give the role the permission that the message names.',
  },
  LW_MISP_REFUSES: {
    retryable: false,
    meaning: 'MISP answered with a redirect or as no MISP does.',
    mend: 'Check `misp.url`: a login page, a proxy or maintenance mode may have answered.',
  },
  LW_MISP_TLS: {
    retryable: false,
    meaning: 'The certificate of MISP does not verify.',
    mend: 'Give the CA with `misp.ca`, or mend the certificate.',
  },
  LW_MISP_REJECTED: {
    retryable: false,
    meaning: 'MISP rejected one event (validation or blocklist); no retry can mend that.',
    mend: 'Read the reason, then `lurewatch held retry` or `lurewatch held discard`.',
  },

  // Feeds
  LW_UNKNOWN_FEED: {
    retryable: false,
    meaning: 'A feed is named that the configuration of the worker does not have.',
    mend: 'Use one of the names under `feeds`, or add it and restart the worker.',
  },
  LW_FEED_UNREADABLE: {
    retryable: false,
    meaning: 'A file of a feed cannot be read, or none matches its path.',
    mend: 'Check path and rights of `source`, as seen by the worker.',
  },
  LW_FEED_UNREACHABLE: {
    retryable: true,
    meaning: 'The server of a feed cannot be reached, or answered 429 or 5xx.',
    mend: 'Nothing is lost: it is tried again, obeying Retry-After.',
  },
  LW_FEED_REFUSED: {
    retryable: false,
    meaning:
      'The server of a feed refuses the request: wrong address, missing or wrong credentials, a redirect elsewhere.',
    mend: 'Mend `source.url` or `source.headers`.',
  },
  LW_FEED_ADDRESS: {
    retryable: false,
    meaning: 'The address of a feed leads into a private network.',
    mend: 'Set `source.allowPrivate: true` where that is meant.',
  },
  LW_FEED_TLS: {
    retryable: false,
    meaning: 'The certificate of the server of a feed does not verify.',
    mend: 'Give the CA with `source.ca`, or mend the certificate.',
  },
  LW_FEED_TOO_LARGE: {
    retryable: false,
    meaning: 'A file of a feed is larger than its limit, packed or unpacked.',
    mend: 'Raise `source.maxBytes` or `source.maxUnpackedBytes` where the file is what it should be.',
  },
  LW_FEED_TRUNCATED: {
    retryable: false,
    meaning: 'A file of a feed ends in the middle: a gzip, zip or JSON cut off. The rows before the end are imported.',
    mend: 'Fetch the file again and import it again: what is there already is not touched.',
  },
  LW_FEED_FORMAT: {
    retryable: false,
    meaning: 'A file of a feed is not of its format.',
    mend: 'Compare `format` with the file. The rows before the named place are imported.',
  },
  LW_FEED_HEADER: {
    retryable: false,
    meaning: 'The header of a file lacks a column that the mapping needs.',
    mend: 'Compare the named columns with the header that the message quotes.',
  },
  LW_FEED_MAPPING: {
    retryable: false,
    meaning: 'The mapping of a feed cannot make a single event of its rows; nothing was sent.',
    mend: 'Mend the rule that the message names; `lurewatch import <feed> --dry-run` shows the events.',
  },
  LW_ROW_COLUMNS: {
    retryable: false,
    meaning: 'A row has too few or too many columns, or is no record of its format.',
    mend: 'Mend the row in the file of rejected rows and import that.',
  },
  LW_ROW_CHARSET: {
    retryable: false,
    meaning: 'A row has bytes that are none of the configured charset.',
    mend: 'Set `format.charset` to what the file is written in, or mend the row.',
  },
  LW_ROW_DATE: {
    retryable: false,
    meaning: 'A row has a date that none of the formats of its rule reads.',
    mend: 'Mend the row, or add its format to the rule.',
  },
  LW_ROW_VALUE: {
    retryable: false,
    meaning: 'A row lacks a value that its event cannot be without, or MISP would not take it.',
    mend: 'Mend the row in the file of rejected rows and import that.',
  },
  LW_ROW_REJECTED: {
    retryable: false,
    meaning:
      'MISP rejected the event of a row (validation, the blocklist of organisations …), or failed at it each time.',
    mend: 'Read the reason; mend the row, or what MISP names, and import again.',
  },
  LW_ROW_BLOCKED: {
    retryable: false,
    meaning:
      'The UUID of the event of a row is on the blocklist of events in MISP, where deleting an event puts it: it is not made again.',
    mend: 'Nothing to do where it is to stay deleted. Else take the UUID off the blocklist of MISP, and import again.',
  },
  LW_ROW_TAKEN: {
    retryable: false,
    meaning:
      'MISP has an event of the UUID that a foreign event brings along, and this feed did not write it: it may be an alert, an event of an analyst, of another feed or of another organisation. It was left as it is.',
    mend: 'Look at the event in MISP. Where the feed is to rewrite such events (they came from it by another way, or the store was lost), set `format: { kind: misp, adopt: true }`; each import tries the row again.',
  },

  // Store
  LW_STORE_UNAVAILABLE: {
    retryable: true,
    meaning: 'The store cannot be read or written: it is away, full, or asks for fewer requests.',
    mend: 'Nothing is lost: work goes on when it is back. Check free space and rights of the folder, or the S3 service.',
  },
  LW_STORE_REFUSED: {
    retryable: false,
    meaning: 'The S3 service refuses us: no such bucket, another region, missing or wrong credentials or permissions.',
    mend: 'Mend `store` or the permissions (docs/s3.md lists them); unread mails go on at the next poll.',
  },
  LW_STORE_TLS: {
    retryable: false,
    meaning: 'The certificate of the S3 service does not verify.',
    mend: 'Give the CA with `store.ca`, or mend the certificate.',
  },
  LW_STORE_UNSUITABLE: {
    retryable: false,
    meaning: 'The S3 service does not honour conditional writes, so two workers could both send the same alert.',
    mend: 'Use a service that does (docs/s3.md), or the file store. Nothing was sent.',
  },
  LW_STORE_CORRUPT: {
    retryable: false,
    meaning: 'A record in the store cannot be understood.',
    mend: 'Restore the named record from a backup; it was changed by something other than Lurewatch. Other mails and events go on.',
  },
  LW_EVIDENCE_MISSING: {
    retryable: false,
    meaning:
      'The raw message of an alert is neither in the store as it was received nor to be had from the mailbox again.',
    mend: 'Restore the named message in the mailbox, or the store from a backup: the next poll goes on with it.',
  },

  // Protocol
  LW_CARRIED_ELSEWHERE: {
    retryable: true,
    meaning: 'Another open workflow holds the claim on this alert.',
    mend: 'Nothing to do: it is looked at again until that workflow has ended.',
  },
  LW_SINK_BUSY: {
    retryable: true,
    benign: true,
    meaning: 'As many single alerts as a worker sends to one sink at a time are on their way to it.',
    mend: 'Nothing to do: it is tried again in a few seconds. If it lasts, see why the sink answers slowly or not at all.',
  },
  LW_BATCH_FAILED: {
    retryable: false,
    meaning: 'Some batches of a poll failed; the others were carried through.',
    mend: 'The message names the first cause. The mails of failed batches stay unread and go on at the next poll.',
  },

  // Temporal and the machine
  LW_TEMPORAL_UNREACHABLE: {
    retryable: false,
    meaning: 'The Temporal server cannot be reached.',
    mend: 'Start it (`lurewatch dev`, or your cluster), or set TEMPORAL_ADDRESS or a profile in temporal.toml.',
  },
  LW_HISTORY_KEY_UNKNOWN: {
    retryable: true,
    meaning: 'Something in Temporal is encrypted with a key that this configuration does not have.',
    mend: 'Put the key of that id under `history.encryption.keys` and restart. Nothing is lost: what waits goes on then.',
  },
  LW_HISTORY_DAMAGED: {
    retryable: true,
    meaning:
      'Something in Temporal does not decrypt with the key of its id, or does not unpack: another key has that id here, or it was changed in the database.',
    mend: 'Compare the keys of all workers, and restart those that have another one. What waits goes on then.',
  },
  LW_TEMPORAL_CLI_MISSING: {
    retryable: false,
    meaning: "Temporal's CLI was not found and could not be built.",
    mend: 'Install it (https://docs.temporal.io/cli), put it on PATH or name it in LUREWATCH_TEMPORAL_CLI.',
  },
  LW_SEARCH_ATTRIBUTES_MISSING: {
    retryable: false,
    meaning: 'The namespace lacks our search attributes and the worker may not register them.',
    mend: 'Run the `temporal operator search-attribute create` commands that the message lists.',
  },
  LW_SCHEDULE_UNKNOWN: {
    retryable: false,
    meaning: 'A schedule is named that Temporal does not have.',
    mend: 'Run `lurewatch schedules apply`, or use a name that `lurewatch schedules list` shows.',
  },
  LW_WORKFLOW_STUCK: {
    retryable: true,
    meaning: 'A run does not go on, though none of its steps fails: no worker can, or may, go on with its workflow.',
    mend: 'Look at its last event in the Web UI: after an update, run workers of the release that began it (docs/upgrading.md).',
  },
  LW_SCHEDULE_BUSY: {
    retryable: true,
    meaning: 'A schedule was told something, and others told it something else at the same time, each time.',
    mend: 'Run the command again; if it stays, look in the Web UI for who triggers the schedule all the time.',
  },
  LW_INTERNAL: {
    retryable: true,
    meaning: 'Something Lurewatch did not expect.',
    mend: 'Please report it with the log line; it is tried again.',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof catalogue;

/**
 * What is told of something that was done all the same: an attribute left out, a tag that MISP refused. Nothing of it is
 * ever thrown, so it is no `ErrorCode`; its code is as stable as those, and stands with each warning.
 */
export interface WarningKind {
  readonly meaning: string;
  readonly mend: string;
}

export const warningCatalogue = {
  // Rows of a feed, before anything is sent
  LW_WARN_VALUE: {
    meaning: 'A value was left out of its event: MISP would drop it.',
    mend: 'Mend the value in the source, or the type that the mapping gives it.',
  },
  LW_WARN_TYPE: {
    meaning: 'A value was left out of its event: it has no type, or none that MISP knows.',
    mend: 'Name its type in the row, or in the `map` of the rule that the warning names.',
  },
  LW_WARN_DATE: {
    meaning: 'A date that cannot be read, or that lies before the first one, was left out.',
    mend: 'Mend the row, or add the format of the date to the rule.',
  },
  LW_WARN_REPEATED: {
    meaning: 'An event has the same thing twice, in other words: MISP takes one, and the first was kept.',
    mend: 'Nothing to do; `repeated: joinComments` of a rule keeps the comments of both.',
  },
  LW_WARN_TAG: {
    meaning: 'A tag was left out of its event: it is too long for MISP, or local to the MISP that it is from.',
    mend: 'Shorten the tag in the mapping (`|first:…`), or leave it.',
  },
  LW_WARN_OBJECT: {
    meaning: 'An object was left out of its event: it lacks what its template, or MISP, asks for.',
    mend: 'Mend the row, or the rule that the warning names.',
  },
  LW_WARN_FIELD: {
    meaning: 'A field of an event says what MISP does not know; the default was taken.',
    mend: 'Mend it in the source, or leave it.',
  },
  LW_WARN_NOT_IMPORTED: {
    meaning: 'A part of an event has no place in an import: files, references between objects, reports, extensions.',
    mend: 'Nothing to do; where that part matters, let MISP fetch the event itself.',
  },
  LW_WARN_NOTHING_GONE: {
    meaning: 'No event was marked as gone: a row is of nobody knows which event, or no row was read at all.',
    mend: 'Mend the rejected rows, or the source: the next import marks what has left.',
  },
  LW_WARN_LEFT: {
    meaning: 'A feed of MISP has more new or changed events than this import could fetch; the next one goes on.',
    mend: 'Nothing is lost. Raise `source.maxEvents` or `source.timeout`, or import it more often.',
  },
  LW_WARN_OLDER: {
    meaning: 'An event of a feed of MISP is older than its manifest says: it was imported as it is.',
    mend: 'Nothing to do: the next import fetches it once more, since a cache may lag behind.',
  },

  // Mailboxes
  LW_WARN_NOT_MOVED: {
    meaning: 'The mail server took the command to move delivered mails and left them where they were.',
    mend: 'Nothing is sent twice, and no further copy is made: they were marked as read instead (docs/after-delivery.md). Ask who runs the server, or choose another `after`.',
  },

  // MISP
  LW_WARN_TAG_REFUSED: {
    meaning: 'MISP left out a tag: the role of this user may not create or use it.',
    mend: 'Give the role perm_tag_editor (and perm_tagger), or create the tag in MISP.',
  },
  LW_WARN_NOT_MARKED: {
    meaning: 'An event whose rows have left the feed did not get the tag of `tagGone`.',
    mend: 'Read the reason; each import of the whole feed tries again.',
  },
  LW_WARN_DROPPED: {
    meaning: 'MISP dropped an attribute or object of an event that it took.',
    mend: 'Read the reason that MISP gave; mend the value in its source where it should be there.',
  },
  LW_WARN_TAKEN_OUT: {
    meaning: 'MISP no longer has something that was sent before: a person took it out, or MISP dropped it.',
    mend: 'Nothing to do: it is not put back.',
  },
  LW_WARN_STAYS: {
    meaning: 'Something that has left the feed stays in MISP: people added to it, or MISP did not remove it.',
    mend: 'Remove it in MISP where it should go.',
  },
  LW_WARN_UNPUBLISHED: {
    meaning: 'An event is not published, though it was or should be.',
    mend: 'Give the role perm_publish, or publish the event in MISP.',
  },
  LW_WARN_ADDED_AGAIN: {
    meaning: 'MISP no longer had an event that it had before, so it was added again.',
    mend: 'Nothing to do; an event that is to stay away belongs on the blocklist of MISP.',
  },
  LW_WARN_HIDDEN: {
    meaning: 'MISP has an event of this UUID that our user may not see: it was left as it is.',
    mend: 'Nothing to do; where it should follow the feed, let its owner share it with our user.',
  },
  LW_WARN_SHARING: {
    meaning: 'Those who may see an event in MISP are others than the configuration says.',
    mend: 'Change distribution or sharing group in MISP, where nobody meant that.',
  },
  LW_WARN_SUPERSEDED: {
    meaning: 'Another import has read something newer of the same event, and writes that.',
    mend: 'Nothing to do.',
  },

  // Targets
  LW_WARN_ORIGINAL: {
    meaning: 'The mail itself should go with its alert (`attachOriginal`), and did not: too large, refused, or lost.',
    mend: 'Nothing to do for the alert; while the store has the mail, it is found there under `evidence`.',
  },
  LW_WARN_CUT: {
    meaning: 'An alert was too large for its target: the case has what fits, and says what was cut.',
    mend: 'Nothing to do: the whole alert stands in the store.',
  },
  LW_WARN_OBSERVABLE_TYPE: {
    meaning:
      'TheHive does not have the type of an observable: its value went as `other`, or stands in the description.',
    mend: 'Have an administrator of TheHive add the observable type that the warning names.',
  },
  LW_WARN_ID_FIELD: {
    meaning: 'A target took an alert without a field that it is found again by.',
    mend: 'Make that field in the target: until then an alert may arrive twice after an outage.',
  },
  LW_WARN_GROUPING_FIELD: {
    meaning: 'A target took an alert without the field that its grouping key was to stand in.',
    mend: 'Make that field in the target, or take `groupingField` out: until then its campaign is only a label there.',
  },
  LW_WARN_CASE_ID: {
    meaning: 'A target took an alert, and its answer has no case id where it should stand, or did not come whole.',
    mend: 'Nothing to do for the alert, but nothing here refers to its case. If it goes on: of kind `http`, mend `id`; of `xsoar`, look at its pre-processing rules; else ask what stands between, a proxy perhaps.',
  },
  LW_WARN_OTHER: {
    meaning: 'A warning that was kept without a code.',
    mend: 'Read its words.',
  },
} as const satisfies Record<string, WarningKind>;

export type WarningCode = keyof typeof warningCatalogue;
