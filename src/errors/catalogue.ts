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
    meaning: 'The mail server refused user name or password.',
    mend: 'Mend username or password of the mailbox, then start the poll again.',
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
    meaning: 'The mailbox does not let this user mark mail as read.',
    mend: 'Grant the right to set \\Seen (IMAP ACL right "s"), or configure `read: new`, which sets no flags.',
  },
  LW_MAIL_FLAG_LOST: {
    retryable: true,
    meaning: 'The mail server accepted the \\Seen flag and did not keep it.',
    mend: 'Nothing is lost or sent twice: the next poll marks again. Check rights and quota of the mailbox.',
  },
  LW_MAIL_UIDVALIDITY_CHANGED: {
    retryable: false,
    meaning:
      'While a batch was under way the folder was renumbered (UIDVALIDITY changed), or the mailbox came to name another host or user.',
    mend: 'Nothing to do: nothing is marked by an old number, and the next poll recognises mails by identity.',
  },
  LW_MAIL_PROTOCOL: {
    retryable: true,
    meaning: 'The mail server answered a command with an error.',
    mend: 'See the server answer in the message; it is tried again.',
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
    meaning: 'MISP rejected the event of a row (validation or blocklist); no retry can mend that.',
    mend: 'Read the reason; mend the row, or take the UUID off the blocklist of MISP, and import again.',
  },

  // Store
  LW_STORE_UNAVAILABLE: {
    retryable: true,
    meaning: 'The store cannot be read or written.',
    mend: 'Check free space and rights of the store folder; work goes on when it is back.',
  },
  LW_STORE_CORRUPT: {
    retryable: false,
    meaning: 'A record in the store cannot be understood.',
    mend: 'Restore the named record from a backup; it was changed by something other than Lurewatch. Other mails go on.',
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
  LW_INTERNAL: {
    retryable: true,
    meaning: 'Something Lurewatch did not expect.',
    mend: 'Please report it with the log line; it is tried again.',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof catalogue;
