import { z } from 'zod';
import { duration, httpShape, secretRef, sinkShape } from '../../config/fields.js';

const template = z.string().max(10_000);

/** A place in a JSON answer: keys and positions joined by dots, `result.0.number`; `.` is the whole answer. */
const answerPath = z
  .string()
  .regex(/^(\.|[^.\s]+(\.[^.\s]+)*)$/, 'must be keys joined by dots, like `result.number`; `.` is the whole answer');

/** Fields that say how a message travels (RFC 9110 §7.6.1, §8.6, §10.1.1): nobody else can know it. */
const ofConnection = /^(connection|content-length|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

const statuses = z.array(z.int().min(200).max(599));

/** Of the whole target, its credentials or the moment: such an answer tells nothing about one alert. */
function isTrouble(status: number): boolean {
  return [401, 403, 407, 408, 425, 429].includes(status) || status >= 500;
}

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be the name of a header field')
  .refine((header) => !ofConnection.test(header), 'belongs to the connection, which makes it itself');
const headerValue = z.union(
  [template, secretRef, z.strictObject({ before: z.string().regex(/^[\x20-\x7e]*$/), secret: secretRef })],
  'must be a text, { env: NAME }, { file: /path }, or { before: "Bearer ", secret: { env: NAME } }',
);

const path = z.string().regex(/^\/(?!\/)/, 'must begin with / : it is a path on the host of `url`');

const lookupSchema = z
  .strictObject({
    path: path.describe('Path and query that are asked with GET: `/api/cases?id={alert_id}`.'),
    list: answerPath
      .optional()
      .describe('Where in the answer the list of found records stands; an empty list is none.'),
    match: z
      .record(answerPath, template)
      .optional()
      .describe('What a record of the list holds if it is this very alert: `{ correlation_id: "{alert_id}" }`.'),
    absent: statuses
      .refine((list) => !list.some(isTrouble), 'holds a status of trouble: it does not mean that there is none')
      .default([])
      .describe('Statuses that mean that there is none, like 404.'),
    id: answerPath.describe('Where in the record, or in the answer, the case id stands.'),
    first: z
      .boolean()
      .default(true)
      .describe('False: do not look before the first attempt too, only where one ended without a clear answer.'),
    settle: duration.prefault('10s').describe('How long after a request the look-up shows for certain what it made.'),
  })
  .refine(({ list, absent }) => list !== undefined || absent.length > 0, {
    message: 'needs `list`, or `absent`: how it says that there is none',
  })
  .refine(({ list, match }) => list === undefined || match !== undefined, {
    message: 'needs `match` beside `list`: a search may find what only looks alike',
  });
export type HttpLookupConfig = z.output<typeof lookupSchema>;

export const httpTargetSchema = z
  .strictObject({
    kind: z.literal('http'),
    url: z
      .url({ protocol: /^https?$/ })
      .refine(
        (url) => !/^[a-z]+:\/\/[^/?#]*[{}]/i.test(url),
        'must name its host: fields may stand in path and query only',
      )
      .describe('Where each alert is sent; may hold fields, `{alert_id}`, and `{secret}`, in path and query.'),
    secret: secretRef.optional().describe('Stands for `{secret}` in `url`, `lookup.path` and `check.path`.'),
    method: z.enum(['POST', 'PUT']).default('POST').describe('Method of the request.'),
    basic: z
      .strictObject({ username: z.string().min(1), password: secretRef })
      .optional()
      .describe('User name and password, or API token, of HTTP Basic authentication.'),
    headers: z
      .record(headerName, headerValue)
      .default({})
      .describe('Further header fields: a text with fields in it, or a secret, perhaps with words before it.'),
    body: z
      .union([z.string(), z.array(z.unknown()), z.record(z.string(), z.unknown())], 'must be a map, a list or a text')
      // As text: what stands in it belongs to the other side, and nothing of it is a reference to a secret.
      .transform((value) => JSON.stringify(value))
      .optional()
      .describe('What is sent: any structure, with fields in its texts. By default the whole alert.'),
    bodyType: z
      .enum(['json', 'form', 'text'])
      .default('json')
      .describe('`form`: `body` is a map of texts, sent as a form. `text`: `body` is one text.'),
    id: answerPath.optional().describe('Where in the answer the case id stands. An answer without it is none.'),
    idempotencyHeader: z
      .union([headerName, z.literal(false)])
      .default('Idempotency-Key')
      .describe('Header field with the alert id, the same at every attempt; `false`: none.'),
    repeats: z
      .enum(['server', 'none'])
      .default('none')
      .describe(
        '`server`: the other side knows an alert id again, and makes no second case of it. `none`: it does not, and after an outage an alert may arrive twice. `lookup` is better than `none`.',
      ),
    lookup: lookupSchema.optional().describe('How to ask whether an alert is there already.'),
    duplicate: statuses.default([409]).describe('Statuses that mean that the alert is there already.'),
    retry: statuses
      .default([])
      .describe('Statuses that mean later, beside 408, 425, 429 and 5xx. Of 4xx nothing was carried out.'),
    reject: statuses.default([]).describe('Statuses that mean that this alert is refused for good, beside other 4xx.'),
    check: z
      .strictObject({
        path: path.describe('Path and query that `lurewatch check` asks with GET; nothing may come of it.'),
        status: statuses.min(1).default([200]).describe('Statuses that are right.'),
      })
      .optional()
      .describe('How `lurewatch check` verifies the credentials. Without it only address and certificate are.'),
    maxBytes: z
      .int()
      .min(4096)
      .default(1024 * 1024)
      .describe('Bytes of one request; an alert above is trimmed: docs/targets/trimming.md.'),
    insecure: z
      .boolean()
      .default(false)
      .describe('True: allow http:// in `url`. Secrets and alerts travel unencrypted.'),
    ...sinkShape,
    ...httpShape,
  })
  .superRefine((config, context) => {
    if (config.lookup !== undefined && config.repeats === 'server') {
      context.addIssue({
        code: 'custom',
        path: ['repeats'],
        message: 'is `server`, so `lookup` is not needed: leave one out',
      });
    }
    if (config.basic !== undefined && Object.keys(config.headers).some((name) => /^authorization$/i.test(name))) {
      context.addIssue({
        code: 'custom',
        path: ['basic'],
        message: 'stands beside the header Authorization: leave one out',
      });
    }
    const unsure = config.lookup === undefined ? config.duplicate.find(isTrouble) : undefined;
    if (unsure !== undefined) {
      const message = `${unsure} is answered in trouble too, and every alert would count as delivered: it needs \`lookup\``;
      context.addIssue({ code: 'custom', path: ['duplicate'], message });
    }
    const lists = { duplicate: config.duplicate, retry: config.retry, reject: config.reject };
    const seen = new Map<number, string>();
    for (const [name, list] of Object.entries(lists)) {
      for (const status of list) {
        const other = seen.get(status);
        const message = `${status} stands under \`${other}\` too: a status means one thing`;
        if (other !== undefined && other !== name) context.addIssue({ code: 'custom', path: [name], message });
        seen.set(status, name);
      }
    }
    const wanted = config.bodyType === 'form' ? /^\{/ : /^"/;
    if (config.bodyType !== 'json' && !wanted.test(config.body ?? '')) {
      const message = `must be a ${config.bodyType === 'form' ? 'map of texts' : 'text'} for bodyType ${config.bodyType}`;
      context.addIssue({ code: 'custom', path: ['body'], message });
    }
  });
export type HttpTargetConfig = z.output<typeof httpTargetSchema>;
