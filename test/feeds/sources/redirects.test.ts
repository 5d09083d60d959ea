import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { after, test } from 'node:test';
import { makeCertificate } from '../../support/certificates.js';
import { failsWith, filesOf, served, servedBy } from '../../support/feed-sources.js';
import { whileListening } from '../../support/listening.js';

const certificate = makeCertificate('IP:127.0.0.1');
after(certificate.remove);

const headers = { 'Auth-Key': { env: 'FEED_KEY' }, 'X-Inline': 'also-private', Accept: 'text/csv', Cookie: 'a=b' };
const environment = { FEED_KEY: 'hunter2' };

function to(location: string, status = 302): RequestListener {
  return (_request, response) => void response.writeHead(status, { location }).end('moved');
}

for (const status of [301, 302, 303, 307, 308]) {
  test(`a redirect with ${status} within the same server is followed, with the headers`, async () => {
    const seen: IncomingHttpHeaders[] = [];
    const listener: RequestListener = (request, response) => {
      seen.push(request.headers);
      if (request.url === '/a/new?x=1') response.end('rows');
      else response.writeHead(status, { location: 'new?x=1' }).end();
    };
    await served(listener, async ({ at, fetch, origin }) => {
      const [file] = filesOf(await fetch(at('/a/old', { headers }, environment))).files;
      assert.equal(readFileSync(file?.path ?? '', 'utf8'), 'rows');
      assert.equal(file?.name, `${origin}/a/old`);
      assert.deepEqual(
        seen.map((one) => one['auth-key']),
        ['hunter2', 'hunter2'],
      );
    });
  });
}

test('headers that were meant for one server are not given to another, nor after coming back', async () => {
  const seen = new Map<string, IncomingHttpHeaders>();
  let first = '';
  const elsewhere = createServer((request, response) => {
    seen.set('elsewhere', request.headers);
    response.writeHead(302, { location: `${first}/back` }).end();
  });
  await whileListening(elsewhere, ({ port }) =>
    served(
      (request, response) => {
        seen.set(request.url ?? '', request.headers);
        if (request.url === '/back') response.end('rows');
        else response.writeHead(302, { location: `http://127.0.0.1:${port}/elsewhere` }).end();
      },
      async ({ at, fetch, origin }) => {
        first = origin;
        filesOf(await fetch(at('/leaks.tsv', { headers }, environment)));
        assert.equal(seen.get('/leaks.tsv')?.['auth-key'], 'hunter2');
        for (const path of ['elsewhere', '/back']) {
          const given = seen.get(path);
          assert.ok(given !== undefined);
          assert.equal(given.accept, 'text/csv');
          for (const name of ['auth-key', 'x-inline', 'cookie'])
            assert.equal(given[name], undefined, `${path} ${name}`);
        }
      },
    ),
  );
});

test('five redirects are followed, and no more', async () => {
  let requests = 0;
  const countdown: RequestListener = (request, response) => {
    requests += 1;
    const left = Number((request.url ?? '').slice(1));
    if (left === 0) response.end('rows');
    else response.writeHead(302, { location: `/${left - 1}` }).end();
  };
  await served(countdown, async ({ at, fetch }) => {
    filesOf(await fetch(at('/5')));
    await failsWith('LW_FEED_REFUSED', fetch(at('/6')));
  });
  requests = 0;
  const loop: RequestListener = (_request, response) => {
    requests += 1;
    response.writeHead(302, { location: '/again' }).end();
  };
  await served(loop, async ({ at, fetch }) => {
    const error = await failsWith('LW_FEED_REFUSED', fetch(at('/')));
    assert.match(error.message, /redirects more than 5 times/);
    assert.equal(requests, 6);
  });
});

test('a redirect from https:// to http:// is followed only where that is meant', async () => {
  let reached = 0;
  const plain = createServer((_request, response) => {
    reached += 1;
    response.end('rows');
  });
  await whileListening(plain, ({ port }) => {
    const secure = createSecureServer(certificate, to(`http://127.0.0.1:${port}/x?signature=hunter2`));
    return servedBy(secure, 'https', async ({ at, fetch }) => {
      const ca = certificate.certFile;
      const error = await failsWith('LW_FEED_REFUSED', fetch(at('/', { ca })));
      assert.match(error.message, new RegExp(`redirects to http://127.0.0.1:${port}, which is not encrypted`));
      assert.doesNotMatch(error.message, /hunter2/);
      assert.equal(reached, 0);
      filesOf(await fetch(at('/', { ca, insecure: true })));
      assert.equal(reached, 1);
    });
  });
});

test('a redirect to no web server is refused', async () => {
  for (const location of ['file:///etc/passwd', 'ftp://feeds.example/', 'http://[', 'data:,x']) {
    await served(to(location), async ({ at, fetch }) => {
      await failsWith('LW_FEED_REFUSED', fetch(at('/')));
    });
  }
});

test('a redirect without a place is an answer that is not the file', () =>
  served(
    (_request, response) => void response.writeHead(302).end(),
    async ({ at, fetch }) => {
      assert.match((await failsWith('LW_FEED_REFUSED', fetch(at('/')))).message, /answers 302/);
    },
  ));

test('what is behind a redirect is fetched again only where it changed, though it is signed anew each time', async () => {
  let signature = 0;
  const listener: RequestListener = (request, response) => {
    if (request.url === '/leaks.tsv') {
      signature += 1;
      response.writeHead(302, { location: `/stored?signature=${signature}` }).end();
    } else if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
    else response.writeHead(200, { etag: '"1"' }).end('rows');
  };
  await served(listener, async ({ at, fetch }) => {
    const { state } = filesOf(await fetch(at('/leaks.tsv')));
    assert.deepEqual(await fetch(at('/leaks.tsv'), state), { kind: 'unchanged' });
  });
});
