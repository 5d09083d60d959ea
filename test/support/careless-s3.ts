import { createServer, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** An S3 service as some are: it takes `If-None-Match` and writes over what stands all the same. */
export function carelessS3(objects: Map<string, Buffer>): Server {
  return createServer(async (incoming, outgoing) => {
    const path = new URL(incoming.url ?? '', 'http://careless').pathname;
    const standing = objects.get(path);
    if (incoming.method === 'PUT') objects.set(path, await buffer(incoming));
    else if (incoming.method === 'DELETE') objects.delete(path);
    else if (standing === undefined) outgoing.statusCode = 404;
    else if (incoming.method === 'GET') return void outgoing.end(standing);
    outgoing.end();
  });
}
