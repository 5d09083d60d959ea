import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { failed } from '../../../src/feeds/sources/follow-redirects.js';
import { failsWith, filesOf, served, withSources } from '../../support/feed-sources.js';
import { whileListening } from '../../support/listening.js';

const rows = 'actor\tvictim\nakira\tExample Ltd\n';

function always(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer = '',
): RequestListener {
  return (_request, response) => void response.writeHead(status, { ...headers }).end(body);
}

/** Answers with these bytes as they are, whatever is asked, and hangs up. */
function raw(head: string, body: string | Buffer) {
  return createTcpServer((socket) => {
    socket.once('data', () => {
      socket.write(head);
      socket.end(body);
    });
  });
}

test('a file is stored with its size and hash, under its address without the query', () =>
  served(always(200, { etag: '"1"' }, rows), async ({ at, fetch, origin }) => {
    const { files, problems } = filesOf(await fetch(at('/leaks.tsv?token=hunter2#top')));
    const [file] = files;
    assert.ok(file !== undefined && files.length === 1 && problems.length === 0);
    assert.deepEqual([file.name, file.sizeBytes], [`${origin}/leaks.tsv`, rows.length]);
    assert.equal(file.sha256, createHash('sha256').update(rows).digest('hex'));
    assert.equal(readFileSync(file.path, 'utf8'), rows);
  }));

/** Answers 304 to whoever has the present file. */
function versioned(seen: IncomingMessage[]): RequestListener {
  const modified = 'Sun, 22 Nov 2026 06:00:00 GMT';
  return (request, response) => {
    seen.push(request);
    const { 'if-none-match': etag, 'if-modified-since': since } = request.headers;
    if (etag === '"v1"' || (etag === undefined && since === modified)) {
      response.writeHead(304, { etag: '"v1"' }).end();
    } else {
      response.writeHead(200, request.url === '/dated' ? { 'last-modified': modified } : { etag: '"v1"' }).end(rows);
    }
  };
}

for (const path of ['/tagged', '/dated']) {
  test(`what the server says is unchanged is not fetched again: ${path}`, async () => {
    const seen: IncomingMessage[] = [];
    await served(versioned(seen), async ({ at, fetch }) => {
      const { state } = filesOf(await fetch(at(path)));
      const stored: unknown = JSON.parse(JSON.stringify(state));
      assert.deepEqual(stored, state);
      assert.deepEqual(await fetch(at(path), state), { kind: 'unchanged' });
      assert.equal((await fetch(at(path))).kind, 'files');
      assert.equal(seen.length, 3);
    });
  });
}

test('what one address said of its file is not told to another', async () => {
  const seen: IncomingMessage[] = [];
  await served(versioned(seen), async ({ at, fetch }) => {
    const { state } = filesOf(await fetch(at('/one?days=1')));
    for (const path of ['/one?days=7', '/other']) assert.equal((await fetch(at(path), state)).kind, 'files');
    assert.equal((await fetch(at('/one?days=1'), { ...state, etag: 7 })).kind, 'files');
    for (const { headers } of seen) assert.equal(headers['if-none-match'], undefined);
  });
});

test('a 304 that nobody asked for is no file', () =>
  served(always(304, {}), async ({ at, fetch }) => {
    await failsWith('LW_FEED_REFUSED', fetch(at('/')));
  }));

test('a server without validators is asked for everything each time', () =>
  served(always(200, {}, rows), async ({ at, fetch }) => {
    assert.deepEqual(filesOf(await fetch(at('/'))).state, {});
  }));

const encodings: readonly (readonly [string, (text: string) => Buffer])[] = [
  ['gzip', gzipSync],
  ['X-GZIP', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['identity', Buffer.from],
];

for (const [encoding, encode] of encodings) {
  test(`Content-Encoding ${encoding} is undone`, () =>
    served(always(200, { 'content-encoding': encoding }, encode(rows)), async ({ at, fetch }) => {
      const [file] = filesOf(await fetch(at('/leaks.tsv'))).files;
      assert.equal(readFileSync(file?.path ?? '', 'utf8'), rows);
      assert.equal(file?.sizeBytes, rows.length);
    }));
}

test('a body that unpacks to more than the limit is read no further', () =>
  served(always(200, { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(32 * 1024 * 1024))), async (bench) => {
    const { at, fetch } = bench;
    const error = await failsWith('LW_FEED_TOO_LARGE', fetch(at('/bomb', { maxUnpackedBytes: 1024 * 1024 })));
    assert.match(error.message, /unpacks to more than 1048576 bytes/);
  }));

test('a body whose Content-Encoding is cut off is tried again', () =>
  served(always(200, { 'content-encoding': 'gzip' }, gzipSync(rows).subarray(0, -6)), async ({ at, fetch }) => {
    // Often enough that it breaks both before and after somebody reads it.
    for (let time = 0; time < 200; time += 1) await failsWith('LW_FEED_UNREACHABLE', fetch(at('/leaks.tsv')));
  }));

test('a packed body whose connection is cut is tried again', () => {
  const packed = gzipSync(rows.repeat(1000));
  const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`;
  return whileListening(raw(head, packed.subarray(0, -1)), ({ port }) =>
    withSources(async ({ source, fetch }) => {
      const config = { url: `http://127.0.0.1:${port}/leaks.tsv`, insecure: true, allowPrivate: true };
      await failsWith('LW_FEED_UNREACHABLE', fetch(source(config)));
    }),
  );
});

test('a body that is not of its Content-Encoding is an error of the server', async () => {
  for (const encoding of ['gzip', 'br', 'deflate']) {
    await served(always(200, { 'content-encoding': encoding }, 'plain text, not packed'), async ({ at, fetch }) => {
      await failsWith('LW_FEED_FORMAT', fetch(at('/leaks.tsv')));
    });
  }
  await served(always(200, { 'content-encoding': 'rot13' }, rows), async ({ at, fetch }) => {
    await failsWith('LW_FEED_REFUSED', fetch(at('/leaks.tsv')));
  });
});

test('a file that announces more than the limit is not read at all', async () => {
  let ended = false;
  const endless: RequestListener = (_request, response) => {
    response.writeHead(200, { 'content-length': '2000000' }).write('x');
    response.on('close', () => {
      ended = true;
    });
  };
  await served(endless, async ({ at, fetch }) => {
    const error = await failsWith('LW_FEED_TOO_LARGE', fetch(at('/', { maxBytes: 1_000_000 })));
    assert.match(error.message, /has 2000000 bytes/);
    while (!ended) await turn();
  });
});

test('a file that turns out larger than the limit is read no further', () =>
  served(
    (_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
      };
      response.on('drain', more);
      more();
    },
    async ({ at, fetch }) => {
      await failsWith('LW_FEED_TOO_LARGE', fetch(at('/', { maxBytes: 1_000_000 })));
    },
  ));

const cuts: readonly (readonly [string, string])[] = [
  ['shorter than its Content-Length', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n'],
  ['cut within its chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n'],
  ['cut between its chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n'],
  ['cut within its headers', 'HTTP/1.1 200 OK\r\ncontent-le'],
];

for (const [what, head] of cuts) {
  test(`a body that is ${what} is tried again, never taken as whole`, () =>
    whileListening(raw(head, 'a\r\n'), ({ port }) =>
      withSources(async ({ source, fetch }) => {
        const config = { url: `http://127.0.0.1:${port}/leaks.tsv`, insecure: true, allowPrivate: true };
        assert.ok((await failsWith('LW_FEED_UNREACHABLE', fetch(source(config)))).retryable);
      }),
    ));
}

test('a server that falls silent within its answer is given up', () =>
  served(
    (_request, response) => void response.writeHead(200).write('half'),
    async ({ at, fetch }) => {
      const error = await failsWith('LW_FEED_UNREACHABLE', fetch(at('/', { stallTimeout: '200ms' })));
      assert.match(error.message, /UND_ERR_BODY_TIMEOUT/);
    },
  ));

test('a server that never answers is given up', () =>
  served(
    () => {},
    async ({ at, fetch }) => {
      const error = await failsWith('LW_FEED_UNREACHABLE', fetch(at('/', { stallTimeout: '200ms' })));
      assert.match(error.message, /UND_ERR_HEADERS_TIMEOUT/);
    },
  ));

test('a server that keeps sending a little is given up when the time for the whole is over', () =>
  served(
    (_request, response) => {
      const drip = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(drip));
    },
    async ({ at, fetch }) => {
      const error = await failsWith('LW_FEED_UNREACHABLE', fetch(at('/', { timeout: '300ms' })));
      assert.match(error.message, /was not fetched within 300 ms/);
    },
  ));

test('a fetch that is given up ends with the reason of its signal, and so does its connection', async () => {
  const reason = new Error('cancelled');
  let closed = false;
  const controller = new AbortController();
  const halfway: RequestListener = (_request, response) => {
    response.on('close', () => {
      closed = true;
    });
    response.write('half', () => controller.abort(reason));
  };
  await served(halfway, async ({ at, fetch }) => {
    await assert.rejects(fetch(at('/'), undefined, controller.signal), reason);
    while (!closed) await turn();
    await assert.rejects(fetch(at('/'), undefined, controller.signal), reason);
  });
});

const answers: readonly (readonly [number, 'LW_FEED_REFUSED' | 'LW_FEED_UNREACHABLE'])[] = [
  [202, 'LW_FEED_UNREACHABLE'],
  [204, 'LW_FEED_REFUSED'],
  [206, 'LW_FEED_REFUSED'],
  [400, 'LW_FEED_REFUSED'],
  [401, 'LW_FEED_REFUSED'],
  [403, 'LW_FEED_REFUSED'],
  [404, 'LW_FEED_REFUSED'],
  [410, 'LW_FEED_REFUSED'],
  [429, 'LW_FEED_UNREACHABLE'],
  [500, 'LW_FEED_UNREACHABLE'],
  [503, 'LW_FEED_UNREACHABLE'],
];

test('an answer that is not the file is an error, retried where that may help, after the pause it asks for', async () => {
  for (const [status, code] of answers) {
    await served(always(status, { 'retry-after': '7' }), async ({ at, fetch, origin }) => {
      const error = await failsWith(code, fetch(at('/leaks.tsv')));
      assert.ok(error.message.startsWith(`feeds.leaks.source: ${origin}/leaks.tsv answers ${status}`), error.message);
      assert.equal(error.retryAfterMs, code === 'LW_FEED_UNREACHABLE' ? 7000 : undefined);
      if (status !== 206) await failsWith(code, at('/leaks.tsv').check());
    });
  }
});

test('a server that is not there is tried again', () =>
  withSources(async ({ source, fetch }) => {
    const local = { insecure: true, allowPrivate: true };
    let gone = 0;
    await whileListening(createTcpServer(), async ({ port }) => {
      gone = port;
    });
    const refused = await failsWith(
      'LW_FEED_UNREACHABLE',
      fetch(source({ url: `http://127.0.0.1:${gone}/`, ...local })),
    );
    assert.match(refused.message, /ECONNREFUSED/);
  }));

test('a name that is not known says so, and is tried again', () => {
  const answer = Object.assign(new Error('getaddrinfo ENOTFOUND feeds.example'), { code: 'ENOTFOUND' });
  const error = failed(answer, 'https://feeds.example', 'feeds.leaks.source', 'no');
  assert.equal(error.code, 'LW_FEED_UNREACHABLE');
  assert.match(error.message, /https:\/\/feeds\.example: .*: its host name is not known/);
});

test('check tells what it found without reading the file', async () => {
  const ranges: (string | undefined)[] = [];
  const listener: RequestListener = (request, response) => {
    ranges.push(request.headers.range);
    response.writeHead(206, { 'content-range': 'bytes 0-0/12345', etag: '"1"' }).end('a');
  };
  await served(listener, async ({ at, origin }) => {
    assert.deepEqual(await at('/leaks.tsv?token=hunter2').check(), [
      `${origin}/leaks.tsv: can be read, 12345 bytes`,
      'ETag or Last-Modified: fetched only where it changed',
    ]);
    assert.deepEqual(ranges, ['bytes=0-0']);
  });
  await served(always(200, {}, rows), async ({ at, origin }) => {
    assert.deepEqual(await at('/').check(), [
      `${origin}/: can be read`,
      'no ETag or Last-Modified: fetched whole each time',
    ]);
  });
});
