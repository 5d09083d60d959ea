import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Lab, Site } from '../support/lab.js';
import { eventually } from '../support/temporal.js';
import { configuredScenarios } from './configured-scenarios.js';
import { feedScenarios } from './feed-scenarios.js';
import { historiesFolder } from './histories.js';
import { mailScenarios } from './mail-scenarios.js';
import { pushScenarios } from './push-scenarios.js';
import { retentionScenarios } from './retention-scenarios.js';
import { eventsOfARun, type Scenario } from './scenario.js';
import { scrubbed } from './scrub.js';

const scenarios: readonly Scenario[] = [
  ...mailScenarios,
  ...configuredScenarios,
  ...feedScenarios,
  ...retentionScenarios,
  ...pushScenarios,
];

/**
 * Records histories of real runs into test/replay/histories, all of them or those whose scenario is named:
 *
 *     npm run build && node dist/test/replay/record.js [scenario…]
 *
 * A history that no longer replays says that a worker with the new code could not carry on what the old one began: then
 * either the change waits behind `patched`, or, where nobody runs the old code, the histories are recorded anew.
 */
async function record(names: readonly string[]): Promise<void> {
  const wanted = scenarios.filter(({ name }) => names.length === 0 || names.includes(name));
  if (wanted.length === 0) throw new Error(`There is: ${scenarios.map(({ name }) => name).join(', ')}.`);
  await mkdir(historiesFolder, { recursive: true });
  const site = await Site.open({ dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': eventsOfARun } });
  try {
    for (const scenario of wanted) await scenario.run(site, (lab) => keepRuns(lab, scenario));
  } finally {
    await site.close();
  }
}

async function keepRuns(lab: Lab, { name, keep }: Scenario): Promise<void> {
  for (const [type, count] of Object.entries(keep)) {
    const runs = await eventually(() => firstRuns(lab, type, count), `${count} runs of ${type}`);
    for (const [index, { workflowId, runId }] of runs.entries()) {
      const history = await lab.site.temporal.client.workflow.getHandle(workflowId, runId).fetchHistory();
      const file = join(historiesFolder, `${name}-${type}${count > 1 ? `-${index + 1}` : ''}.json`);
      await rm(file, { force: true });
      await writeFile(file, scrubbed(history));
      console.log(file);
    }
  }
}

async function firstRuns(lab: Lab, type: string, count: number) {
  const runs = [];
  const query = `TaskQueue = '${lab.taskQueue}' AND WorkflowType = '${type}' AND ExecutionStatus != 'Running'`;
  for await (const run of lab.site.temporal.client.workflow.list({ query })) runs.push(run);
  const oldestFirst = runs.sort((one, other) => one.startTime.getTime() - other.startTime.getTime());
  return oldestFirst.length < count ? undefined : oldestFirst.slice(0, count);
}

await record(process.argv.slice(2));
