/** Whose a token is, or why it does not count: for the log, never the token itself. */
export type Identity = { readonly who: string } | { readonly refused: string };
