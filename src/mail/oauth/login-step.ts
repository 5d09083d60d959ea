/** What a person has to do to log in. */
export interface LoginStep {
  /** The address to open in a browser. */
  readonly verificationUri: string;
  /** What to enter there; undefined: the address itself says it. */
  readonly userCode: string | undefined;
  readonly expiresAt: Date;
}

export type ShowLogin = (step: LoginStep) => void;
