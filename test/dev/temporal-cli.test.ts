import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { cacheFolder } from '../../src/dev/cache-folder.js';
import { findTemporalCli } from '../../src/dev/temporal-cli.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';

const standIn = (name: string) => `#!/bin/sh\n[ "$1" = --version ] && echo "temporal version ${name}"\n`;

async function script(path: string, text: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}

let folder: string;
let environment: Record<string, string>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lurewatch-cli-'));
  // A PATH of our own, with no `temporal`; what the shims need is linked in.
  const bin = join(folder, 'path');
  await mkdir(bin);
  for (const tool of ['sh', 'cp', 'cat', 'sleep', 'chmod', 'mkdir']) await symlink(`/bin/${tool}`, join(bin, tool));
  // No download leaves this machine: nothing listens on that proxy.
  const closed = 'http://127.0.0.1:9';
  environment = { PATH: bin, LUREWATCH_CACHE: join(folder, 'cache'), https_proxy: closed, HTTPS_PROXY: closed };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** `go install -v`: writes what a real one does, and a binary into GOBIN. */
const goShim = `#!/bin/sh
echo "$@" > "$GOBIN/../go-arguments"
echo "go: downloading go.temporal.io/server v1.29.1" >&2
echo "internal/abi" >&2
echo "github.com/temporalio/cli/cmd/temporal" >&2
cat > "$GOBIN/temporal" <<'END'
${standIn('built')}END
chmod +x "$GOBIN/temporal"
`;

describe("finding Temporal's CLI", () => {
  it('takes LUREWATCH_TEMPORAL_CLI before all others', async () => {
    const named = await script(join(folder, 'mine'), standIn('named'));
    await script(join(folder, 'path', 'temporal'), standIn('path'));
    assert.equal(
      await findTemporalCli({ install: true, environment: { ...environment, LUREWATCH_TEMPORAL_CLI: named } }),
      named,
    );
  });

  it('does not fall back when LUREWATCH_TEMPORAL_CLI names something that does not run', async () => {
    await script(join(folder, 'path', 'temporal'), standIn('path'));
    const named = join(folder, 'nothing');
    await assert.rejects(
      findTemporalCli({ install: true, environment: { ...environment, LUREWATCH_TEMPORAL_CLI: named } }),
      (error) => isLurewatchError(error, 'LW_TEMPORAL_CLI_MISSING') && error.message.includes(named),
    );
  });

  it('takes PATH before the cache folder, and the cache folder before an installation', async () => {
    const cached = await script(join(folder, 'cache', 'bin', 'temporal'), standIn('cached'));
    assert.equal(await findTemporalCli({ install: true, environment }), cached);
    const onPath = await script(join(folder, 'path', 'temporal'), standIn('path'));
    assert.equal(await findTemporalCli({ install: true, environment }), onPath);
  });

  it('passes over a binary on PATH that is something else', async () => {
    await script(join(folder, 'path', 'temporal'), '#!/bin/sh\nexit 1\n');
    const cached = await script(join(folder, 'cache', 'bin', 'temporal'), standIn('cached'));
    assert.equal(await findTemporalCli({ install: false, environment }), cached);
  });

  it('only looks when not asked to install, and says where it looked', async () => {
    await script(join(folder, 'path', 'go'), goShim);
    await assert.rejects(findTemporalCli({ install: false, environment }), (error) => {
      assert.ok(isLurewatchError(error, 'LW_TEMPORAL_CLI_MISSING'));
      assert.match(error.message, /PATH: no `temporal` there/);
      assert.ok(error.message.includes(join(folder, 'cache', 'bin', 'temporal')));
      return true;
    });
  });

  it('builds it with Go into the cache when the download fails, stripped and at the pinned version', async () => {
    await script(join(folder, 'path', 'go'), goShim);
    const lines: string[] = [];
    const found = await findTemporalCli({ install: true, environment, onProgress: (line) => lines.push(line) });
    assert.equal(found, join(folder, 'cache', 'bin', 'temporal'));
    assert.equal(
      await readFile(join(folder, 'cache', 'bin', 'go-arguments'), 'utf8'),
      'install -v -ldflags -s -w github.com/temporalio/cli/cmd/temporal@v1.5.1\n',
    );
    assert.match(lines.join('\n'), /the SDK's download: .*\n(.*\n)*Building Temporal's CLI v1\.5\.1 with Go/);
    assert.deepEqual((await readdir(join(folder, 'cache', 'bin'))).sort(), ['go-arguments', 'temporal']);
  });

  it('lets two processes build at once', async () => {
    await script(join(folder, 'path', 'go'), goShim);
    const both = await Promise.all([1, 2].map(() => findTemporalCli({ install: true, environment })));
    assert.deepEqual(
      both,
      [1, 2].map(() => join(folder, 'cache', 'bin', 'temporal')),
    );
  });

  it('says what it tried when nothing works, and leaves nothing half built', async () => {
    await script(join(folder, 'path', 'go'), '#!/bin/sh\necho "no space left on device" >&2\nexit 1\n');
    await assert.rejects(findTemporalCli({ install: true, environment }), (error) => {
      assert.ok(isLurewatchError(error, 'LW_TEMPORAL_CLI_MISSING'));
      assert.match(error.message, /the SDK's download: .*\n.*go install: `go install` failed: no space left on device/);
      return true;
    });
    assert.deepEqual(await readdir(join(folder, 'cache', 'bin')), []);
  });
});

describe('the cache folder', () => {
  it('is LUREWATCH_CACHE, else the platform’s cache folder under our plain name', () => {
    assert.equal(cacheFolder({ LUREWATCH_CACHE: '/somewhere' }), '/somewhere');
    const standard = cacheFolder({});
    assert.match(standard, /[/\\]lurewatch([/\\]Cache)?$/);
    if (process.platform === 'linux' && !process.env.XDG_CACHE_HOME) {
      assert.equal(standard, join(homedir(), '.cache', 'lurewatch'));
    }
  });
});
