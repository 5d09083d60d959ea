import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { type Answer, internalError, message, wrongInput } from './misp-answers.js';
import type { MispMemory } from './misp-memory.js';
import { sentAttributesSchema, sentEditSchema, sentEventSchema, sentObjectSchema } from './misp-memory-types.js';

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** True for a request that changes an event. */
export function changes({ method, path }: LoggedRequest): boolean {
  return method === 'POST' && !path.startsWith('/events/index');
}

const attachSchema = z.object({ uuid: z.string(), tag: z.string() });
const indexSchema = z.object({ eventid: z.array(z.string()).default([]) });

/** What MISP's own code answers to a request that the key may make. */
export async function route(memory: MispMemory, request: LoggedRequest, partial: number | undefined): Promise<Answer> {
  const { method, path } = request;
  const [, idOrUuid = ''] =
    /^\/(?:events\/(?:view|edit|publish)|attributes\/add|objects\/add)\/([^/]+)$/.exec(path) ?? [];
  if (path === '/servers/getVersion') {
    const permissions = { perm_sync: false, perm_sighting: true, perm_galaxy_editor: false };
    return { status: 200, body: { version: '2.5.1', ...permissions, request_encoding: ['gzip'] } };
  }
  if (path === '/users/view/me') return memory.me();
  if (path.startsWith('/events/view/')) return memory.view(idOrUuid);
  if (path === '/events/add' && method === 'GET') {
    // What a POST that followed a redirect becomes: a description, and nothing stored.
    return { status: 200, body: { name: '/events/add API description', description: 'POST a MISP event…' } };
  }
  if (path.startsWith('/events/publish/')) return method === 'POST' ? memory.publish(idOrUuid) : internalError();
  const body = readJson(request);
  if (body === undefined) return { status: 405, body: message('Invalid JSON, content type or empty body.') };
  if (path === '/events/add') {
    return await parsed(sentEventSchema, body, (sent) => memory.addEvent(sent, partial));
  }
  if (path.startsWith('/events/edit/')) {
    return await parsed(sentEditSchema, body, (sent) => memory.editEvent(idOrUuid, sent));
  }
  if (path.startsWith('/attributes/add/')) {
    return await parsed(sentAttributesSchema, body, (sent) => memory.addAttributes(idOrUuid, sent));
  }
  if (path.startsWith('/objects/add/')) {
    return await parsed(sentObjectSchema, body, (sent) => memory.addObject(idOrUuid, sent));
  }
  if (path === '/tags/attachTagToObject') {
    return await parsed(attachSchema, body, (sent) => memory.attachTag(sent.uuid, sent.tag));
  }
  if (path === '/tags/removeTagFromObject') {
    return await parsed(attachSchema, body, (sent) => memory.removeTag(sent.uuid, sent.tag));
  }
  if (path === '/warninglists/checkValue') return memory.warninglists(z.array(z.string()).catch([]).parse(body));
  // What it cannot read it ignores, and then nothing filters.
  if (path === '/events/index') return memory.index(indexSchema.safeParse(body).data?.eventid ?? []);
  return { status: 404, body: '<html><title>Not Found</title></html>' };
}

async function parsed<T>(
  schema: z.ZodType<T>,
  body: unknown,
  act: (sent: T) => Answer | Promise<Answer>,
): Promise<Answer> {
  const sent = schema.safeParse(body);
  return sent.success ? await act(sent.data) : wrongInput();
}

function readJson(request: LoggedRequest): unknown {
  if (request.headers['content-type']?.startsWith('application/json') !== true) return undefined;
  try {
    const parsed: unknown = JSON.parse(request.body);
    return parsed;
  } catch {
    return undefined;
  }
}
