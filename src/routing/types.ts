import type { RouteConfig } from './config.js';

/** A condition of a route that holds, and what in the mail made it hold. */
export interface HeldCondition {
  /** `subject`, `header X-Source`, `auth.dmarc`, `any[1].host`. */
  readonly condition: string;
  /** What was asked for, in words. */
  readonly wanted: string;
  /** What fits it; '' for what is asked not to be there. */
  readonly found: string;
}

/** A condition that does not hold. */
export interface FailedCondition {
  readonly condition: string;
  readonly wanted: string;
  /** What the mail has there, the first few. */
  readonly has: readonly string[];
}

/** A route that another one, or the mailbox's defaults, came behind: its first condition that did not hold. */
export interface PassedRoute extends FailedCondition {
  readonly rule: string;
}

/** What a route gives the alert. */
export interface RouteSettings {
  readonly environment?: string;
  readonly priority?: NonNullable<RouteConfig['priority']>;
  readonly tags?: readonly string[];
}

/** Where a mail goes, and why. */
export interface RouteDecision {
  /** The route that decided; null: none matched. */
  readonly rule: string | null;
  /** Targets that get the alert. Of a mailbox that has only MISP: none. */
  readonly targets: readonly string[];
  /** Whether MISP is to have it, where the mailbox's mails go there at all. */
  readonly misp: boolean;
  /** What the route sets; what it leaves out is as for any other mail of the mailbox. */
  readonly sets: RouteSettings;
  /** All conditions of the route. */
  readonly because: readonly HeldCondition[];
  /** The routes before it. */
  readonly passed: readonly PassedRoute[];
}

/** What an alert document keeps of the decision, for ever. */
export interface DocumentRoute {
  readonly rule: string | null;
  readonly targets: readonly string[];
  /** Sinks of the mailbox, as they were then, that the alert does not go to. */
  readonly passedOver: readonly string[];
}
