import type { Command } from 'commander';
import type { AppliedSchedule } from '../../schedules/apply.js';
import type { ListedSchedule } from '../../schedules/operate.js';
import { addCommand, addGroup, type CommonOptions } from '../add-command.js';
import { loadConfig } from '../load-config.js';
import { note, print, printJson } from '../output.js';
import { printable, timeText } from '../printable.js';
import { table } from '../table.js';
import { withSchedules } from '../with-temporal.js';
import { addScheduleOperations } from './schedule-operations.js';

interface ApplyOptions extends CommonOptions {
  readonly prune?: boolean;
}

export function addSchedules(program: Command): void {
  const group = addGroup(program, 'schedules', 'The schedules that poll the mailboxes and import the feeds.');
  addCommand(group, {
    usage: 'apply',
    summary: 'Make the schedules equal to the configuration. What an operator paused stays paused.',
    example: 'lurewatch schedules apply --prune',
  })
    .option('--prune', 'also remove schedules of ours that the configuration no longer has')
    .action(apply);
  addCommand(group, {
    usage: 'list',
    summary: 'List our schedules.',
    example: 'lurewatch schedules list',
  }).action(list);
  addScheduleOperations(group);
}

async function apply({ config: file, json, prune = false }: ApplyOptions): Promise<void> {
  const loaded = await loadConfig(file);
  const { config } = loaded;
  const [{ applySchedules }, { desiredSchedules }, { ensureSearchAttributes }] = await Promise.all([
    import('../../schedules/apply.js'),
    import('../../schedules/desired.js'),
    import('../../temporal/search-attributes.js'),
  ]);
  const schedules = await withSchedules(async ({ client, connection, namespace }) => {
    await ensureSearchAttributes(connection, namespace);
    return applySchedules(client, desiredSchedules(config), { prune, taskQueue: config.taskQueue });
  }, loaded);
  if (json) printJson({ schedules });
  else if (schedules.length === 0)
    print('The configuration has no mailbox and no feed with a time, so there is nothing to schedule.');
  else print(schedules.map(appliedText).join('\n'));
  // Not equal to the configuration: somebody else's schedule has the name.
  if (schedules.some(({ change }) => change === 'foreign')) process.exitCode = 1;
}

function appliedText({ id, change, differences, paused, leftBehind = [] }: AppliedSchedule): string {
  const remark = paused ? ' (paused by an operator, and stays so)' : '';
  if (change === 'foreign')
    return `left alone  ${id}: a schedule of that name was not made by Lurewatch; delete or rename it`;
  const waits = leftBehind.map(
    (run) => `${run} is still open in the old task queue: nothing starts here until a worker there ends it`,
  );
  const lines = [...differences, ...waits].map((line) => `            ${printable(line)}`);
  return [`${change.padEnd(10)}  ${id}${remark}`, ...lines].join('\n');
}

async function list({ config, json }: CommonOptions): Promise<void> {
  const { listSchedules } = await import('../../schedules/operate.js');
  const schedules = await withSchedules(({ client }) => listSchedules(client), config);
  if (json) {
    printJson({ schedules });
    return;
  }
  if (schedules.length === 0) note('There are no schedules of ours: `lurewatch schedules apply` makes them.');
  else print(table(['schedule', 'for', 'times', 'last run', 'next run', 'note'], schedules.map(listedRow)));
}

function listedRow({ id, subject, times, paused, note: remark, lastRun, nextRun }: ListedSchedule): readonly string[] {
  return [
    id,
    subject,
    times,
    lastRun === undefined ? 'none yet' : timeText(lastRun),
    paused ? 'paused' : nextRun === undefined ? '' : timeText(nextRun),
    remark,
  ];
}
