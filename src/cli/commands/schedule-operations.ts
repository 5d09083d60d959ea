import type { Command } from 'commander';
import type { TemporalClient } from '../../temporal/connect.js';
import { addCommand, type CommonOptions } from '../add-command.js';
import { print, printJson } from '../output.js';
import { withSchedules } from '../with-temporal.js';

interface OperationOptions extends CommonOptions {
  readonly why: string;
  readonly from: string;
  readonly to: string;
}

type Operations = typeof import('../../schedules/operate.js');

/** What an operator does to the schedules of single mailboxes and feeds. */
export function addScheduleOperations(group: Command): void {
  operation(
    'pause',
    'Stop polling a mailbox, or importing a feed, until `resume`.',
    'pause soc --why "the mail server moves"',
  )
    .option('--why <text>', 'stands in the list and in the Web UI', 'paused with lurewatch')
    .action(onEach('paused', (on, client, name, { why }) => on.pauseSchedule(client, name, why)));

  operation('resume', 'Poll or import again.', 'resume soc')
    .option('--why <text>', 'stands in the list and in the Web UI', 'resumed with lurewatch')
    .action(onEach('resumed', (on, client, name, { why }) => on.resumeSchedule(client, name, why)));

  operation('trigger', 'Poll or import now, unless that is running already.', 'trigger soc').action(
    onEach('triggered', (on, client, name) => on.triggerSchedule(client, name)),
  );

  operation('backfill', 'Take the runs that fell, or would have fallen, between two times.', `backfill soc ${hour}`)
    .requiredOption('--from <time>', 'as 2026-01-31T08:00Z')
    .requiredOption('--to <time>', 'as 2026-01-31T09:00Z')
    .action(
      onEach('backfilled', (on, client, name, { from, to }) =>
        on.backfillSchedule(client, name, new Date(from), new Date(to)),
      ),
    );

  const deletes = 'Delete a schedule. `apply` makes it again while the configuration has the mailbox or feed.';
  operation('delete', deletes, 'delete soc').action(
    onEach('deleted', (on, client, name) => on.deleteSchedule(client, name)),
  );

  function operation(name: string, summary: string, example: string): Command {
    return addCommand(group, { usage: `${name} <name...>`, summary, example: `lurewatch schedules ${example}` });
  }
}

const hour = '--from 2026-01-31T08:00Z --to 2026-01-31T09:00Z';

function onEach(
  done: string,
  operate: (
    operations: Operations,
    client: TemporalClient['client'],
    name: string,
    options: OperationOptions,
  ) => Promise<void>,
) {
  return async (names: readonly string[], options: OperationOptions): Promise<void> => {
    const operations = await import('../../schedules/operate.js');
    await withSchedules(async ({ client }) => {
      for (const name of names) {
        await operate(operations, client, name, options);
        if (!options.json) print(`${done}: ${name}`);
      }
    }, options.config);
    if (options.json) printJson({ [done]: names });
  };
}
