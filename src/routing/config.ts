import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { alertPriority, expression, name } from '../config/fields.js';
import { didYouMean, nearest } from '../config/nearest.js';
import { findingCodes } from '../indicators/findings.js';
import { parseAnyUrl } from '../url/parse-any-url.js';

/** `mailboxes.<name>.routes`. The descriptions are the configuration reference. */

const filled = z.string().trim().min(1);
const domainName = filled.refine((text) => /^(?:\*\.)?[^\s/@:*]+$/.test(text), 'must be a domain such as example.com');
const domains = z
  .union([domainName, z.array(domainName).min(1)])
  .describe('This domain, or one of these, and all names below it.');
const matches = expression.describe('An expression (RE2 syntax) that matches somewhere in it.');

/** Asked only where nothing else is wrong: who misspelt the only key has told it already. */
const nothingElse = ({ issues }: { readonly issues: readonly unknown[] }) => issues.length === 0;
const isFilled = (map: Readonly<Record<string, unknown>>) => Object.keys(map).length > 0;

/** A condition on a text: the text itself, an expression that matches in it, or a list of such, any of which will do. */
function textCondition<Text extends z.ZodType<string>>(text: Text) {
  const test = z
    .strictObject({ matches: matches.optional() })
    .refine(isFilled, { error: 'needs `matches`', when: nothingElse });
  return z.union([text, test, z.array(z.union([text, test])).min(1)]);
}

/** The same for what has a domain, which may be all that is asked for. */
function domainCondition<Text extends z.ZodType<string>>(text: Text) {
  const test = z
    .strictObject({ matches: matches.optional(), domain: domains.optional() })
    .refine(({ matches, domain }) => (matches === undefined) !== (domain === undefined), {
      error: 'needs one of `matches` and `domain`',
      when: nothingElse,
    });
  return z.union([text, test, z.array(z.union([text, test])).min(1)]);
}

const address = filled.refine(
  (text) => /^[^\s@]+@[^\s@]+$/.test(text),
  'must be a mail address; for all of a domain write `{ domain: example.com }`',
);
const url = filled.refine(
  (text) => parseAnyUrl(text) !== null,
  'must be a whole URL such as https://example.com/; for all of a domain write `{ domain: example.com }`',
);
const network = filled.refine(
  (text) => (text.includes('/') ? ipaddr.isValidCIDR(text) : ipaddr.isValid(text)),
  'must be an IP address or a network such as 10.0.0.0/8',
);
const mediaType = filled.regex(/^[^\s/]+\/[^\s/]+$/, 'must be a media type such as application/pdf');
const sha256 = filled.regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits');
const headerName = z.string().regex(/^[!-9;-~]+$/, 'must be the name of a header field, without the colon');

/** RFC 8601 §2.7. A host may have words of its own: only what looks like a slip of the pen is refused. */
const knownResults = ['none', 'pass', 'fail', 'softfail', 'policy', 'neutral', 'temperror', 'permerror', 'missing'];
const authResult = filled
  .regex(/^[a-z]+$/, 'must be a result in lower case, as `fail`')
  .superRefine((text, context) => {
    const meant = knownResults.includes(text) ? undefined : nearest(text, knownResults);
    if (meant !== undefined) context.addIssue(`is no result of a check${didYouMean(meant)}`);
  });
const authResults = z
  .union([authResult, z.array(authResult).min(1)])
  .optional()
  .describe('A result such as `fail`, or several of which any will do.');

const findingCode = filled.superRefine((code, context) => {
  if (findingCodes.some((known) => known === code)) return;
  context.addIssue(`no finding has this code${didYouMean(nearest(code, findingCodes))}`);
});

const conditionShape = {
  from: domainCondition(address).optional().describe('A sender (From).'),
  to: domainCondition(address)
    .optional()
    .describe(
      'A recipient: To, Cc, Delivered-To or X-Original-To. For a mail that a report carries, those of the report too.',
    ),
  reportedBy: domainCondition(address)
    .optional()
    .describe('Who reported it: the sender of the report that carries the mail (`alertFor: originals`).'),
  subject: textCondition(filled).optional().describe('The whole subject, or `{ matches: EXPRESSION }`.'),
  header: z
    .record(headerName, textCondition(filled))
    .refine(isFilled, { error: 'needs the name of a header field', when: nothingElse })
    .optional()
    .describe('Header fields by name, as `{ X-Source: gateway }`; of several of a name, any.'),
  url: domainCondition(url).optional().describe('A URL.'),
  host: domainCondition(domainName).optional().describe('A host, in URLs and texts.'),
  domain: z
    .union([domainName, z.array(domainName).min(1)])
    .optional()
    .describe('A domain: a host is it or lies below it.'),
  ip: z
    .union([network, z.array(network).min(1)])
    .optional()
    .describe('An IP address or network.'),
  fileName: textCondition(filled).optional().describe('The name of a file, also within archives.'),
  fileType: textCondition(mediaType)
    .optional()
    .describe('The media type of a file, by what it holds or as declared: `application/pdf`.'),
  sha256: z
    .union([sha256, z.array(sha256).min(1)])
    .optional()
    .describe('The SHA-256 of a file.'),
  auth: z
    .strictObject({ spf: authResults, dkim: authResults, dmarc: authResults, arc: authResults })
    .refine(isFilled, { error: 'needs one of `spf`, `dkim`, `dmarc` and `arc`', when: nothingElse })
    .optional()
    .describe(
      'Results that the host of `authserv` reported, as `{ dmarc: [fail, none] }`; `missing`: it reported none of that method.',
    ),
  findings: z
    .union([findingCode, z.array(findingCode).min(1)])
    .optional()
    .describe('What was noted when the mail was read, by its code: docs/extraction.md.'),
};

const someCondition = 'needs a condition';
const conditionsSchema = z.strictObject(conditionShape).refine(isFilled, { error: someCondition, when: nothingElse });

export const whenSchema = z
  .strictObject({
    ...conditionShape,
    any: z.array(conditionsSchema).min(1).optional().describe('One of these maps of conditions holds.'),
    not: z
      .union([conditionsSchema, z.array(conditionsSchema).min(1)])
      .optional()
      .describe('None of these maps of conditions holds.'),
  })
  .refine(isFilled, {
    error: `${someCondition}: what no route matches goes to the mailbox's \`targets\``,
    when: nothingElse,
  });

export const routeSchema = z.strictObject({
  name: name.describe('Its name, which alerts keep and `lurewatch find` tells.'),
  when: whenSchema.describe(
    'Conditions, all of which must hold. Each is a text, a list of which any will do, or a map such as `{ matches: EXPRESSION }` or `{ domain: example.com }`. Texts are compared without regard to case.',
  ),
  targets: z
    .array(name)
    .min(1)
    .optional()
    .describe("Names of the targets that get the alert; by default the mailbox's."),
  environment: z.string().min(1).optional().describe("`environment` of the alert; by default the mailbox's."),
  priority: alertPriority.optional().describe("`priority` of the alert; by default the mailbox's."),
  tags: z
    .array(filled.regex(/^[^,]+$/, 'must not hold a comma'))
    .min(1)
    .optional()
    .describe('`tags` of the alert.'),
  misp: z.boolean().optional().describe("False: no MISP event; by default as the mailbox's `misp`."),
});

/** What a mailbox takes for routing. */
export const routingShape = {
  routes: z
    .array(routeSchema)
    .default([])
    .describe(
      'Where messages go that are not for `targets`: the first route whose conditions hold decides, for ever; what none matches goes to `targets` (docs/routing.md).',
    ),
};

export type RouteConfig = z.output<typeof routeSchema>;
export type WhenConfig = RouteConfig['when'];
export type ConditionsConfig = z.output<typeof conditionsSchema>;
