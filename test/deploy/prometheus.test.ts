import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { metricsIn, seriesNames } from '../support/metric-names.js';
import { promtool } from '../support/promtool.js';

const folder = fileURLToPath(new URL('../../../deploy/prometheus/', import.meta.url));
const rulesFile = join(folder, 'lurewatch.rules.yml');
const testsFile = join(folder, 'lurewatch.rules.test.yml');

const ruleSchema = z.object({
  alert: z.string(),
  expr: z.string(),
  labels: z.object({ severity: z.enum(['warning', 'critical']) }),
  annotations: z.object({ summary: z.string(), runbook: z.string() }),
});
const rulesSchema = z.object({ groups: z.array(z.object({ rules: z.array(ruleSchema) })) });
const testsSchema = z.object({
  tests: z.array(
    z.object({
      input_series: z.array(z.object({ series: z.string() })),
      alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })),
    }),
  ),
});

const rules = rulesSchema.parse(parse(await readFile(rulesFile, 'utf8'))).groups.flatMap((group) => group.rules);
const { tests } = testsSchema.parse(parse(await readFile(testsFile, 'utf8')));
const known = seriesNames();

describe('the alert rules', () => {
  it('are valid, and fire when they should', async () => {
    assert.match(await promtool('check', 'rules', rulesFile), new RegExp(`SUCCESS: ${rules.length} rules found`));
    assert.match(await promtool('test', 'rules', testsFile), /SUCCESS/);
  });

  it('are each tested, firing and quiet', () => {
    const cases = tests.flatMap((test) => test.alert_rule_test);
    for (const { alert } of rules) {
      const own = cases.filter(({ alertname }) => alertname === alert);
      assert.ok(
        own.some(({ exp_alerts }) => exp_alerts.length > 0),
        `${alert} never fires in a test`,
      );
      assert.ok(
        own.some(({ exp_alerts }) => exp_alerts.length === 0),
        `${alert} is never quiet in a test`,
      );
    }
  });

  it('ask only for what a worker tells, in the tests too', () => {
    const asked = [
      ...rules.map(({ expr }) => expr),
      ...tests.flatMap((test) => test.input_series.map((one) => one.series)),
    ];
    for (const expression of asked) {
      for (const name of metricsIn(expression)) assert.ok(known.has(name), `nothing tells ${name}`);
    }
  });

  it('lead to a part of the page that says what to do', async () => {
    const page = await readFile(new URL('../../../docs/monitoring.md', import.meta.url), 'utf8');
    for (const { alert, annotations } of rules) {
      assert.equal(annotations.runbook, `docs/monitoring.md#${alert.toLowerCase()}`);
      assert.ok(page.includes(`\n### ${alert}\n`), `the page has nothing on ${alert}`);
    }
  });
});

const panelSchema = z.looseObject({
  id: z.number(),
  title: z.string(),
  type: z.enum(['row', 'stat', 'timeseries']),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z
    .array(
      z
        .object({
          refId: z.string(),
          expr: z.string(),
          datasource: z.object({ uid: z.string().regex(/^\$\{datasource\}$/) }),
        })
        .loose(),
    )
    .optional(),
});
const dashboardSchema = z.looseObject({
  uid: z.string(),
  schemaVersion: z.number(),
  panels: z.array(panelSchema),
  templating: z.object({ list: z.array(z.looseObject({ name: z.string() })) }),
});

describe('the Grafana dashboard', async () => {
  const file = new URL('../../../deploy/grafana/lurewatch.json', import.meta.url);
  const { panels, templating } = dashboardSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

  it('asks only for what a worker tells, and shows every metric but a few', () => {
    for (const expression of expressions) {
      for (const name of metricsIn(expression)) assert.ok(known.has(name), `nothing tells ${name}`);
    }
    const shown = new Set(expressions.flatMap(metricsIn).map((name) => name.replace(/_(bucket|count|sum)$/, '')));
    const unseen = [...known]
      .map((name) => name.replace(/_(bucket|count|sum)$/, ''))
      .filter((name) => !shown.has(name));
    assert.deepEqual([...new Set(unseen)].sort(), [
      'lurewatch_last_failed_import_timestamp_seconds',
      'lurewatch_mails_parsed_total',
      'lurewatch_poll_interval_seconds',
      'process_start_time_seconds',
    ]);
  });

  it('has expressions that Prometheus takes', async () => {
    const [work, variables] = [await mkdtemp(join(tmpdir(), 'lurewatch-promtool-')), /\$__?\w+/g];
    try {
      const asRules = expressions.map((expr, index) => ({
        record: `panel_${index}`,
        expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$mailbox', '.*'),
      }));
      for (const { expr } of asRules) assert.doesNotMatch(expr, variables);
      await writeFile(join(work, 'panels.json'), JSON.stringify({ groups: [{ name: 'panels', rules: asRules }] }));
      assert.match(
        await promtool('check', 'rules', join(work, 'panels.json')),
        new RegExp(`${asRules.length} rules found`),
      );
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });

  it('has panels with ids of their own that do not lie over each other, and the variables that they use', () => {
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    assert.equal(new Set(cells).size, cells.length);
    for (const { targets = [], title } of panels) {
      assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
    }
    assert.deepEqual(
      templating.list.map(({ name }) => name),
      ['datasource', 'mailbox'],
    );
  });
});
