/** An alert: the campaign that its mail was made for, and the grouping key that it got. */
export interface GroupedAlert {
  readonly campaign: number | undefined;
  readonly key: string | undefined;
}

export interface GroupCount {
  /** Keys that alerts of campaigns carry, and keys of single ones. */
  readonly campaignKeys: number;
  readonly singleKeys: number;
  readonly withoutKey: number;
  /** For each campaign: how many alerts stand under each of its keys, the most first. */
  readonly alertsUnderKeys: readonly (readonly number[])[];
  /** Alerts under a key that another campaign, or another single mail, has too. */
  readonly wronglyJoined: number;
  /** Alerts of campaigns that stand under another key than most of their campaign, or under none. */
  readonly wronglySplit: number;
}

/** What the grouping came to, beside what the mails were made for. */
export function countGroups(alerts: readonly GroupedAlert[], campaigns: number): GroupCount {
  // Each single mail is its own.
  const ownersOf = new Map<string, Set<string>>();
  for (const [index, { campaign, key }] of alerts.entries()) {
    if (key === undefined) continue;
    const owners = ownersOf.get(key) ?? new Set();
    ownersOf.set(key, owners.add(campaign === undefined ? `single ${index}` : `campaign ${campaign}`));
  }
  const under = Array.from({ length: campaigns }, (_, campaign) =>
    countsOf(alerts.filter((one) => one.campaign === campaign)),
  );
  const ofCampaigns = new Set(
    alerts.flatMap(({ campaign, key }) => (campaign === undefined || key === undefined ? [] : [key])),
  );
  return {
    campaignKeys: ofCampaigns.size,
    singleKeys: [...ownersOf.keys()].filter((key) => !ofCampaigns.has(key)).length,
    withoutKey: alerts.filter(({ key }) => key === undefined).length,
    alertsUnderKeys: under,
    wronglyJoined: alerts.filter(({ key }) => key !== undefined && (ownersOf.get(key)?.size ?? 0) > 1).length,
    wronglySplit: under.reduce(
      (sum, counts, campaign) => sum + alerts.filter((one) => one.campaign === campaign).length - (counts[0] ?? 0),
      0,
    ),
  };
}

function countsOf(alerts: readonly GroupedAlert[]): readonly number[] {
  const counts = new Map<string, number>();
  for (const { key } of alerts) if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts.values()].sort((one, other) => other - one);
}
