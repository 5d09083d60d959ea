/** What became of one alert at one sink in one attempt. JSON-serialisable: it travels through history. */
export type Fate =
  /** Reached; `earlier` when the ledger knew that before this workflow began. */
  | { readonly alertId: string; readonly kind: 'reached'; readonly reference: string; readonly earlier: boolean }
  /** An open workflow of somebody else has the claim. */
  | { readonly alertId: string; readonly kind: 'carried' }
  /** The sink rejected it; no retry can mend that. */
  | { readonly alertId: string; readonly kind: 'rejected'; readonly reason: string; readonly code?: string }
  /** Not there yet. */
  | { readonly alertId: string; readonly kind: 'open' };
