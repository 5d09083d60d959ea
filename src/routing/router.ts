import type { MailboxConfig } from '../config/schema.js';
import type { Extraction } from '../indicators/types.js';
import { authenticationBy } from '../mail/authentication-results.js';
import type { Wanted } from '../mail/wanted.js';
import { type Condition, compileWhen } from './conditions.js';
import type { RouteConfig } from './config.js';
import type { RoutedMail } from './routed-mail.js';
import { goesToMisp, targetsOf } from './targets-of.js';
import type { DocumentRoute, PassedRoute, RouteDecision } from './types.js';

export type RoutingConfig = Pick<MailboxConfig, 'routes' | 'targets' | 'misp' | 'authserv' | 'authservHeaders'>;

interface CompiledRoute {
  readonly config: RouteConfig;
  readonly holds: Condition;
}

/** Expressions cost more to compile than to ask. */
const compiled = new WeakMap<RoutingConfig['routes'], readonly CompiledRoute[]>();

/**
 * Where a mail goes: the first route whose conditions hold decides. Pure: the same mail and configuration give the same.
 * Undefined: the mailbox has no routes, and every mail goes to all its sinks.
 * @param report the message that carried the mail, where it is an alert of its own
 */
export function decideRoute(
  config: RoutingConfig,
  extraction: Extraction,
  report?: Extraction,
): RouteDecision | undefined {
  const { routes, targets, misp } = config;
  if (routes.length === 0) return undefined;
  const mail = routedMail(config, extraction, report);
  const passed: PassedRoute[] = [];
  for (const { config: route, holds } of compiledRoutes(routes)) {
    const verdict = holds(mail);
    if (verdict.holds) {
      const { environment, priority, tags } = route;
      return {
        rule: route.name,
        targets: route.targets ?? targets,
        misp: route.misp ?? misp,
        sets: {
          ...(environment === undefined ? {} : { environment }),
          ...(priority === undefined ? {} : { priority }),
          ...(tags === undefined ? {} : { tags }),
        },
        because: verdict.because,
        passed,
      };
    }
    passed.push({ rule: route.name, ...verdict.failed });
  }
  return { rule: null, targets, misp, sets: {}, because: [], passed };
}

/** What the document of the alert keeps of it. */
export function documentRoute(
  config: Pick<RoutingConfig, 'targets' | 'routes' | 'misp'>,
  { rule, targets, misp }: RouteDecision,
  mispSink: string,
): DocumentRoute {
  const others = targetsOf(config).filter((target) => !targets.includes(target));
  return { rule, targets, passedOver: misp || !goesToMisp(config) ? others : [...others, mispSink] };
}

/** Header fields that the routes of a mailbox ask for. */
export function wantedByRoutes({ routes }: Pick<RoutingConfig, 'routes'>): Wanted | undefined {
  const all = routes.flatMap(({ when: { any = [], not = [], ...plain } }) => [plain, ...any, ...[not].flat()]);
  const headers = all.flatMap(({ to, header = {} }) => [
    ...Object.keys(header).map((name) => name.toLowerCase()),
    ...(to === undefined ? [] : ['cc']),
  ]);
  return headers.length === 0 ? undefined : { headers: [...new Set(headers)].sort() };
}

function routedMail(
  { authserv, authservHeaders }: RoutingConfig,
  extraction: Extraction,
  report?: Extraction,
): RoutedMail {
  // A mail that a report carries has none: what the own host says of the report says nothing of it.
  const { authentication: reports = [] } = extraction;
  const authentication = authserv === undefined ? [] : (authenticationBy(authserv, reports, authservHeaders) ?? []);
  return { extraction, authentication, ...(report === undefined ? {} : { report }) };
}

function compiledRoutes(routes: RoutingConfig['routes']): readonly CompiledRoute[] {
  const known = compiled.get(routes) ?? routes.map((config) => ({ config, holds: compileWhen(config.when) }));
  compiled.set(routes, known);
  return known;
}
