/** What is found when all is over. */
export interface Aftermath {
  /** The alert id of every mail that was delivered to the mailbox. */
  readonly expected: readonly string[];
  /** Alert id → how often it came to the target. */
  readonly arrivals: ReadonlyMap<string, number>;
  /** Alert id → the claims on it, and whether the ledger has its outcome. */
  readonly ledger: ReadonlyMap<string, { readonly claims: number; readonly outcome: boolean }>;
  readonly documents: number;
  readonly messages: number;
  readonly unread: number;
  readonly inMailbox: number;
  readonly openWorkflows: number;
}

export interface Audit {
  /** What must not be; empty where each mail became exactly one alert. */
  readonly findings: readonly string[];
  /** Requests beyond the first for an alert: repeated under the same id, as the target expects of us. */
  readonly repeats: number;
}

const shown = 5;

/** The count: each mail exactly one alert at the target, its outcome in the ledger, nothing left in the mailbox. */
export function audit(aftermath: Aftermath): Audit {
  const { arrivals, ledger, documents, messages, unread, inMailbox, openWorkflows } = aftermath;
  const expected = new Set(aftermath.expected);
  const mails = aftermath.expected.length;
  const all = [...expected];
  const repeated = [...arrivals].filter(([, times]) => times > 1);
  const findings = [
    ...naming('mails have an alert id that another mail has', mails - expected.size, []),
    ...listing(
      'mails never came to the target',
      all.filter((id) => !arrivals.has(id)),
    ),
    ...listing(
      'alerts came to the target that are of no mail',
      [...arrivals.keys()].filter((id) => !expected.has(id)),
    ),
    ...listing(
      'alerts have no outcome in the ledger',
      all.filter((id) => ledger.get(id)?.outcome !== true),
    ),
    // A second request under the first claim would be one that nobody accounts for.
    ...listing(
      'alerts came more often than they were claimed',
      repeated.filter(([id, times]) => times > (ledger.get(id)?.claims ?? 0)).map(([id]) => id),
    ),
    ...different('alert documents', documents, mails),
    ...different('message records', messages, mails),
    ...different('mails in the mailbox', inMailbox, mails),
    ...naming('mails are unread', unread, []),
    ...naming('workflows are still open', openWorkflows, []),
  ];
  return { findings, repeats: repeated.reduce((sum, [, times]) => sum + times - 1, 0) };
}

function listing(what: string, ids: readonly string[]): readonly string[] {
  return naming(what, ids.length, ids);
}

function naming(what: string, count: number, ids: readonly string[]): readonly string[] {
  if (count === 0) return [];
  const some = ids.length === 0 ? '' : ` (${ids.slice(0, shown).join(', ')}${ids.length > shown ? ', …' : ''})`;
  return [`${count} ${what}${some}`];
}

function different(what: string, found: number, wanted: number): readonly string[] {
  return found === wanted ? [] : [`${found} ${what} for ${wanted} mails`];
}
