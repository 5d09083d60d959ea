import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { configSchema } from '../../src/config/schema.js';
import { createMetrics } from '../../src/metrics/metrics.js';
import { docBlocks } from '../support/doc-blocks.js';
import { promtool } from '../support/promtool.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const page = await readFile(join(root, 'docs/monitoring.md'), 'utf8');
const [configBlock, prometheusBlock] = await docBlocks('docs/monitoring.md', 'yaml');

describe('docs/monitoring.md', () => {
  it('tells of every metric what the code says of it, and of no other', () => {
    const rows = createMetrics()
      .registry.getMetricsAsArray()
      .map((metric) => {
        const { name, type, help } = metric;
        const labels = 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames : [];
        return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`;
      });
    assert.deepEqual(
      page.split('\n').filter((line) => line.startsWith('| `lurewatch_')),
      rows,
    );
  });

  it('has a configuration that is taken', () => {
    const { monitoring } = configSchema.parse(parse(configBlock?.text ?? ''));
    assert.deepEqual(monitoring?.traces?.ratio, 0.1);
  });

  it('has a configuration of Prometheus that is valid, with the job that the rules look for', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lurewatch-prometheus-'));
    try {
      await copyFile(join(root, 'deploy/prometheus/lurewatch.rules.yml'), join(folder, 'lurewatch.rules.yml'));
      await writeFile(join(folder, 'prometheus.yml'), prometheusBlock?.text ?? '');
      assert.match(
        await promtool('check', 'config', join(folder, 'prometheus.yml')),
        /is valid prometheus config file/,
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    assert.match(prometheusBlock?.text ?? '', /job_name: lurewatch\b/);
  });
});
