import assert from 'node:assert/strict';
import { access, readdir, readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { duration } from '../../src/config/fields.js';
import { loadConfig } from '../../src/config/load-config.js';
import { findOnPath } from '../../src/dev/find-on-path.js';
import { runCommand } from '../../src/dev/run-command.js';
import { readCompose } from '../support/compose-file.js';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const compose = await readCompose(join(project, 'docker-compose.yml'));
const services = Object.entries(compose.services);
const text = (path: string) => readFile(join(project, path), 'utf8');
/** Users copy deploy/example to deploy/local; in a checkout only the former is there. */
const inCheckout = (path: string) => join(project, normalize(path).replace(/^deploy\/local\//, 'deploy/example/'));

test('nothing listens beyond the host', () => {
  const ports = services.flatMap(([, service]) => service.ports);
  assert.ok(ports.length > 0);
  for (const port of ports) assert.match(port, /^127\.0\.0\.1:\d+:\d+$/);
  for (const [name, service] of services) assert.notEqual(service.network_mode, 'host', name);
});

test('every image is pinned to a version, and the server is not the deprecated auto-setup image', async () => {
  const bases = [...(await text('Dockerfile')).matchAll(/^FROM (\S+)/gm)].map(([, base]) => base ?? '');
  const images = services.flatMap(([, { image, build }]) => (build === undefined ? [image ?? ''] : []));
  assert.equal(images.length + 1, services.length, 'all but the worker come as images');
  for (const image of [...images, ...bases]) assert.match(image, /^[a-z/-]+:\d+\.\d+(\.\d+)?(-[a-z0-9.-]+)?$/);
  for (const image of images) assert.doesNotMatch(image, /auto-setup/);
});

test('secrets are files: none stands in the compose file, and each has an empty place in the example', async () => {
  for (const [name, { environment, secrets }] of services) {
    for (const [variable, value] of Object.entries(environment)) {
      if (/PASS|PWD|SECRET|TOKEN|KEY/.test(variable)) assert.match(value, /^\/run\/secrets\//, `${name}: ${variable}`);
    }
    for (const secret of secrets) assert.ok(compose.secrets[secret], `${name}: ${secret}`);
  }
  for (const [secret, { file }] of Object.entries(compose.secrets)) {
    assert.equal(file, `./deploy/local/secrets/${secret}`);
    assert.equal(await readFile(inCheckout(file), 'utf8'), '', `${secret} is empty`);
    assert.ok(
      services.some(([, service]) => service.secrets.includes(secret)),
      `${secret} is used`,
    );
  }
  const placed = (await readdir(inCheckout('deploy/local/secrets/'))).filter((name) => name !== 'README.md');
  assert.deepEqual(placed.sort(), Object.keys(compose.secrets).sort());
  assert.match(await text('deploy/.gitignore'), /^local\/$/m);
});

test('the database password goes to the database and its clients only, and none of them can be reached from outside', () => {
  const holders = services.filter(([, { secrets }]) => secrets.includes('postgres_password')).map(([name]) => name);
  assert.deepEqual(holders.sort(), ['postgres', 'temporal', 'temporal-schema']);
  assert.equal(compose.networks.database?.internal, true);
  assert.deepEqual(compose.services.postgres?.networks, ['database']);
  assert.ok(!compose.services.worker?.networks.includes('database'));
});

test('no container of ours or of Temporal runs as root or can gain rights', async () => {
  const [finalStage = ''] = (await text('Dockerfile')).split(/^FROM /m).slice(-1);
  assert.match(finalStage, /^USER [1-9]\d*:[1-9]\d*$/m);
  for (const [name, service] of services) {
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    // PostgreSQL's image starts as root to own its volume, and drops to a user of its own.
    if (name === 'postgres') continue;
    if (service.build === undefined) assert.match(service.user ?? '', /^[1-9]\d*:[1-9]\d*$/, name);
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.equal(service.read_only, true, name);
  }
});

test('what stays up is restarted and has a health check, what sets up runs once, and each waits for the one before', async () => {
  const once = ['temporal-schema', 'temporal-namespace'];
  for (const [name, service] of services) {
    assert.equal(service.restart, once.includes(name) ? 'no' : 'unless-stopped', name);
    if (!once.includes(name) && name !== 'worker') assert.ok(service.healthcheck, name);
    for (const [before, { condition }] of Object.entries(service.depends_on)) {
      assert.ok(compose.services[before], `${name} waits for ${before}`);
      assert.equal(condition, once.includes(before) ? 'service_completed_successfully' : 'service_healthy', name);
    }
    assert.deepEqual(service.logging?.options, { 'max-size': '10m', 'max-file': '5' }, name);
  }
  const waitsFor = (name: string) => Object.keys(compose.services[name]?.depends_on ?? {});
  assert.ok(waitsFor('temporal').includes('temporal-schema'));
  assert.deepEqual(waitsFor('worker'), ['temporal-namespace']);
});

test('no container takes the memory or the processes of the others', () => {
  for (const [name, { mem_limit: memory, pids_limit: processes }] of services) {
    assert.match(memory ?? '', /^\d+[mg]$/, name);
    assert.ok(processes !== undefined && processes <= 512, name);
  }
});

test('the port of metrics and health is the one that the example configuration listens on', async () => {
  const { config } = await loadConfig(join(project, 'deploy/example/lurewatch.yaml'), {});
  assert.equal(config.monitoring?.listen, '0.0.0.0:9464');
  assert.deepEqual(compose.services.worker?.ports, ['127.0.0.1:9464:9464']);
});

test("the worker's health check reads the file that the worker is told to keep", async () => {
  const dockerfile = await text('Dockerfile');
  const [, script, checked] = /HEALTHCHECK [\s\S]*?CMD \["node", "([^"]+)", "([^"]+)"\]/.exec(dockerfile) ?? [];
  const [, kept] = /^CMD \["worker", "--health-file", "([^"]+)"\]$/m.exec(dockerfile) ?? [];
  assert.ok(checked);
  assert.equal(checked, kept);
  const source = script?.replace(/^\/app\/dist\//, '').replace(/\.js$/, '.ts') ?? '';
  await access(join(project, source));
});

test('every file that is mounted, run or copied is in the repository', async () => {
  for (const [name, service] of services) {
    const mounts = service.volumes.map((volume) => volume.split(':')).map(([from = '', to = '']) => ({ from, to }));
    for (const { from } of mounts) {
      if (from.startsWith('./')) await access(inCheckout(from));
      else assert.ok(Object.hasOwn(compose.volumes, from), `${name}: ${from}`);
    }
    const script = service.entrypoint.find((part) => part.endsWith('.sh'));
    const mount = mounts.find(({ to }) => script?.startsWith(`${to}/`));
    if (script !== undefined) await access(inCheckout(script.replace(mount?.to ?? '?', mount?.from ?? '?')));
  }
  const allowed = (await text('.dockerignore')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  assert.equal(allowed.shift(), '*', 'nothing is sent to the build but what is named');
  const copied = [...(await text('Dockerfile')).matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) =>
    files.split(' '),
  );
  assert.deepEqual(copied.sort(), allowed.map((line) => line.replace(/^!/, '')).sort());
  for (const file of copied) await access(join(project, file));
});

test("Temporal's configuration is still a template, and names the mounted dynamic configuration", async () => {
  const server = await text('deploy/temporal/server.yaml');
  assert.ok(server.slice(0, 1024).includes('# enable-template'), 'the server looks in the first kilobyte');
  for (const variable of ['POSTGRES_ADDRESS', 'POSTGRES_PASSWORD'])
    assert.match(server, new RegExp(`\\{\\{ env "${variable}" \\}\\}`));
  const [, filepath] = /filepath: (\S+)/.exec(server) ?? [];
  assert.equal(filepath, '/etc/lurewatch/temporal/dynamic.yaml');
  await access(join(project, 'deploy/temporal/dynamic.yaml'));
});

test('a worker that is told to stop has the time that its configuration promises', async () => {
  const { config } = await loadConfig(join(project, 'deploy/example/lurewatch.yaml'), {});
  const grace = duration.parse(compose.services.worker?.stop_grace_period);
  assert.ok(grace > config.shutdownGraceTime + 10_000);
});

test('docker-compose itself understands the file, as far as one is installed', async () => {
  for (const [, service] of services) {
    for (const network of service.networks) assert.ok(Object.hasOwn(compose.networks, network), network);
  }
  assert.equal(compose.name, undefined, 'docker-compose 1.29 refuses a top-level name');
  const tool = await findOnPath('docker-compose', process.env.PATH ?? '');
  if (tool === undefined) return;
  const { exitCode, output } = await runCommand(tool, ['-f', join(project, 'docker-compose.yml'), 'config', '-q']);
  assert.equal(exitCode, 0, output);
});
