import assert from 'node:assert/strict';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load-config.js';
import { secretRefs } from '../../src/config/secrets.js';
import { findOnPath } from '../../src/dev/find-on-path.js';
import { runCommand } from '../../src/dev/run-command.js';
import { partNames } from '../../src/worker/parts.js';
import { inFolder } from '../support/folder.js';
import { deploymentSchema, kubernetesDocuments, kubernetesFolder } from '../support/kubernetes-files.js';
import { pythonWith } from '../support/python-package.js';

const all = await kubernetesDocuments();
const ofKind = (kind: string) => all.filter(({ document }) => document.kind === kind).map(({ document }) => document);
const deployments = ofKind('Deployment').map((document) => deploymentSchema.parse(document));
const example = join(kubernetesFolder, 'example');
const read = (name: string) => readFile(join(example, name), 'utf8');

const secretVolume = z.object({ items: z.array(z.object({ key: z.string(), path: z.string() })) });

const generators = z.object({
  configMapGenerator: z.array(z.object({ name: z.string(), files: z.array(z.string()).default([]) })),
  secretGenerator: z.array(z.object({ name: z.string(), files: z.array(z.string()) })),
});

describe('each pod', () => {
  it('runs without root, rights, a token, or a file system to write to', () => {
    assert.ok(deployments.length > 0);
    for (const { metadata, spec } of deployments) {
      const pod = spec.template.spec;
      assert.equal(pod.automountServiceAccountToken, false, metadata.name);
      assert.equal(pod.securityContext.runAsNonRoot, true, metadata.name);
      assert.ok(pod.securityContext.runAsUser > 0 && pod.securityContext.runAsGroup > 0);
      assert.equal(pod.securityContext.seccompProfile.type, 'RuntimeDefault');
      for (const { securityContext, volumeMounts } of [...pod.containers, ...pod.initContainers]) {
        const locked = {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        };
        assert.deepEqual(securityContext, locked, metadata.name);
        const written = volumeMounts.filter(({ readOnly }) => !readOnly).map(({ mountPath }) => mountPath);
        assert.deepEqual(written, ['/tmp'], metadata.name);
      }
    }
  });

  it('has its limits, its probes, and time to end in', async () => {
    const { config } = await loadConfig(join(example, 'lurewatch.yaml'), {});
    for (const { metadata, spec } of deployments) {
      const pod = spec.template.spec;
      assert.ok(pod.terminationGracePeriodSeconds * 1000 > config.shutdownGraceTime + 10_000, metadata.name);
      for (const { resources } of [...pod.containers, ...pod.initContainers]) {
        assert.deepEqual(Object.keys(resources.limits).sort(), ['cpu', 'ephemeral-storage', 'memory'], metadata.name);
      }
      for (const { args, livenessProbe, readinessProbe, startupProbe, ports } of pod.containers) {
        const isWorker = args[0] === 'worker';
        const paths = [startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet?.path);
        if (isWorker) assert.deepEqual(paths, ['/healthz', '/healthz', '/readyz'], metadata.name);
        const asked = isWorker ? livenessProbe?.httpGet?.port : livenessProbe?.tcpSocket?.port;
        const port = ports.find(({ name }) => name === asked)?.containerPort;
        const { monitoring, codecServer } = config;
        assert.equal(port, isWorker ? Number(monitoring?.listen.split(':').at(-1)) : codecServer.port, metadata.name);
      }
    }
  });

  it('is one that a budget and a network policy speak of', () => {
    const selectors = (kind: string, of: z.ZodType<{ spec: Record<string, unknown> }>) =>
      ofKind(kind).map((document) => JSON.stringify(of.parse(document).spec));
    const anySpec = z.object({ spec: z.record(z.string(), z.unknown()) });
    const [budgets, policies] = [selectors('PodDisruptionBudget', anySpec), selectors('NetworkPolicy', anySpec)];
    assert.ok(policies.some((policy) => policy.includes('"podSelector":{},"policyTypes":["Ingress","Egress"]}')));
    for (const { metadata, spec } of deployments) {
      const own = JSON.stringify({ matchLabels: spec.selector.matchLabels });
      assert.ok(
        budgets.some((budget) => budget.includes(own)),
        metadata.name,
      );
      assert.ok(
        policies.some((policy) => policy.includes(`"podSelector":${own}`)),
        metadata.name,
      );
    }
  });

  it('takes configuration and secrets from what the example generates', async () => {
    const { configMapGenerator, secretGenerator } = generators.parse(parse(await read('kustomization.yaml')));
    const generated = [...configMapGenerator, ...secretGenerator].map(({ name }) => name);
    for (const { spec } of deployments) {
      const pod = spec.template.spec;
      const text = JSON.stringify([pod.volumes, ...pod.containers.map(({ envFrom }) => envFrom)]);
      for (const [, name = ''] of text.matchAll(/"(?:name|secretName)":"(lurewatch-[a-z-]+)"/g)) {
        assert.ok(generated.includes(name), name);
      }
    }
  });
});

describe('the codec server', () => {
  it('sees the keys of histories and its own tokens, and no password of a mailbox or SOAR', async () => {
    const { config } = await loadConfig(join(example, 'lurewatch.yaml'), {});
    const others = secretRefs(config).map(({ ref }) => ('file' in ref ? basename(ref.file) : ''));
    const server = deployments.find(({ metadata }) => metadata.name === 'lurewatch-codec-server');
    const volumes = z.array(z.object({ name: z.string(), secret: secretVolume.optional() }));
    const given = volumes
      .parse(server?.spec.template.spec.volumes)
      .flatMap(({ secret }) => secret?.items.map(({ key }) => key) ?? []);
    assert.deepEqual(given, ['history_key', 'codec_token']);
    assert.ok(!others.some((name) => given.includes(name)));
  });
});

describe('workers that are split', () => {
  it('do together all that there is to do, and the sinks none of the rest', async () => {
    const { config } = await loadConfig(join(example, 'lurewatch.yaml'), {});
    const split = join(kubernetesFolder, 'components/split-queues');
    const texts = await Promise.all(
      ['kustomization.yaml', 'sinks.yaml'].map((name) => readFile(join(split, name), 'utf8')),
    );
    const parts = texts.map((text) => /--only, "([^"]+)"/.exec(text)?.[1]?.split(',') ?? []);
    assert.deepEqual(parts.flat(), partNames(config));
    assert.deepEqual(parts[1], [...Object.keys(config.targets), 'misp']);
  });
});

describe('the example', () => {
  it('is a valid configuration, whose every secret is a file that the pods see, empty in the repository', async () => {
    const loaded = await loadConfig(join(example, 'lurewatch.yaml'), {});
    const { secretGenerator } = generators.parse(parse(await read('kustomization.yaml')));
    const files = secretGenerator.flatMap(({ files: listed }) => listed);
    const mount = deployments[0]?.spec.template.spec.containers[0]?.volumeMounts.find(({ name }) => name === 'secrets');
    const wanted = secretRefs(loaded.config).map(({ ref }) => ('file' in ref ? ref.file : ''));
    assert.deepEqual(wanted.sort(), files.map((file) => file.replace('secrets', mount?.mountPath ?? '')).sort());
    for (const file of files) assert.equal(await read(file), '', file);
    const placed = (await readdir(join(example, 'secrets'))).filter((name) => name !== 'README.md');
    assert.deepEqual(placed.sort(), files.map((file) => file.replace('secrets/', '')).sort());
  });

  it('is one that Kubernetes takes, every key known', async () => {
    const python = await pythonWith({
      name: 'kubernetes-validate',
      version: '1.37.0',
      use: 'validates the manifests',
    });
    await inFolder(async (folder) => {
      const manifests = all.filter(({ document }) => !['Kustomization', 'Component'].includes(document.kind));
      const paths = await Promise.all(
        manifests.map(async ({ document }, index) => {
          const path = join(folder, `${index}.json`);
          await writeFile(path, JSON.stringify(document));
          return path;
        }),
      );
      const rendered = join(folder, 'rendered.yaml');
      const given = (await renderExample(folder, rendered)) ? [...paths, rendered] : paths;
      const validate = ['-m', 'kubernetes_validate', '--strict', '--quiet', ...given];
      const { exitCode, output } = await runCommand(python, validate);
      assert.equal(exitCode, 0, output);
      await writeFile(join(folder, 'wrong.json'), JSON.stringify(manifests[0]?.document).replace('{', '{"wrong":1,'));
      assert.notEqual((await runCommand(python, [...validate, join(folder, 'wrong.json')])).exitCode, 0);
    });
  });
});

/** As `kubectl apply -k` would send it, with all components; false where there is no tool for it. */
async function renderExample(folder: string, to: string): Promise<boolean> {
  const copy = join(folder, 'kubernetes');
  await cp(kubernetesFolder, copy, { recursive: true });
  const file = join(copy, 'example/kustomization.yaml');
  await writeFile(
    file,
    (await readFile(file, 'utf8')).replace(/^# (components:)/m, '$1').replace(/^# ( {2}- )/gm, '$1'),
  );
  for (const [tool, command] of [
    ['kustomize', 'build'],
    ['kubectl', 'kustomize'],
  ] as const) {
    const path = await findOnPath(tool, process.env.PATH ?? '');
    if (path === undefined) continue;
    const { exitCode, output } = await runCommand(path, [command, join(copy, 'example'), '--output', to]);
    assert.equal(exitCode, 0, output);
    for (const { metadata } of deployments) {
      assert.ok((await readFile(to, 'utf8')).includes(`\n  name: ${metadata.name}\n`), metadata.name);
    }
    return true;
  }
  return false;
}
