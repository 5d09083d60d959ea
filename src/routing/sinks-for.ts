import type { AlertDocument } from '../alerts/types.js';
import type { MailboxConfig } from '../config/schema.js';

/** A mailbox as far as it decides who gets what. */
export interface RoutingMailbox {
  readonly name: string;
  readonly config: Pick<MailboxConfig, 'targets' | 'routes' | 'misp'>;
  readonly sinks: readonly string[];
}

const mispSink = 'misp';

/**
 * Of the sinks of a mailbox those that an alert goes to. What its document says of its route counts, however the routes
 * may have changed since; but no message may be marked as read that went nowhere, so what the configuration of now
 * leaves without a target goes to the mailbox's `targets`.
 *
 * A mail may lie in two mailboxes: its document knows the route of the one that was first. In another one it goes to
 * what both know of its targets, and to the `targets` that the first does not know. MISP gets it from there where that
 * mailbox registers what none of its routes takes, and the first did not decide against it.
 */
export function sinksFor(
  { name, config, sinks }: RoutingMailbox,
  { mailbox, route }: Pick<AlertDocument, 'mailbox' | 'route'>,
): readonly string[] {
  if (route === undefined && config.routes.length === 0) return sinks;
  const targets = sinks.filter((sink) => sink !== mispSink);
  const own = config.targets;
  const known = route === undefined ? [] : [...route.targets, ...route.passedOver];
  const isForeign = route === undefined || mailbox !== name;
  const chosen = targets.filter(
    (target) =>
      route?.targets.includes(target) === true || (isForeign && own.includes(target) && !known.includes(target)),
  );
  // A first mailbox that has nothing to do with MISP says nothing of it, and one that registers the mail does so itself.
  const wantsMisp = isForeign ? config.misp && !known.includes(mispSink) : !route.passedOver.includes(mispSink);
  const to = (some: readonly string[]) => sinks.filter((sink) => (sink === mispSink ? wantsMisp : some.includes(sink)));
  // A mailbox may have MISP alone, and targets only for its routes.
  const isForMisp = !isForeign && route.targets.length === 0 && wantsMisp && sinks.includes(mispSink);
  if (chosen.length > 0 || isForMisp) return to(chosen);
  if (own.length > 0) return to(own);
  return sinks.includes(mispSink) ? [mispSink] : targets;
}
