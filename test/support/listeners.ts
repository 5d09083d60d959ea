import { join } from 'node:path';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load-config.js';
import { applySchedules } from '../../src/schedules/apply.js';
import { desiredSchedules } from '../../src/schedules/desired.js';
import type { Lab } from './lab.js';
import { eventually } from './temporal.js';

/** Who listens to a mailbox, as Temporal sees it. */
export interface SeenListener {
  /** Of the worker's process. */
  readonly pid: number;
  readonly folders: readonly string[];
  /** Polls that it asked for. */
  readonly polls: number;
  readonly attempt: number;
}

const details = z.object({ listening: z.array(z.string()), polls: z.number() });

/** As `lurewatch schedules apply` does, with the laboratory's configuration as it is now. */
export async function applyLabSchedules(lab: Lab): Promise<void> {
  const { config } = await loadConfig(join(lab.folder, 'lurewatch.yaml'), {});
  const { client } = lab.site.temporal;
  await applySchedules(client, desiredSchedules(config), { prune: false, taskQueue: lab.taskQueue });
}

/** Waits until somebody listens who fits. */
export function listenerOf(lab: Lab, fits: (listener: SeenListener) => boolean = () => true): Promise<SeenListener> {
  return eventually(
    async () => {
      const found = await listeners(lab);
      return found.find((listener) => listener.folders.length > 0 && fits(listener));
    },
    'somebody listens',
    60_000,
  );
}

/** All that are under way, each with one activity. */
export async function listeners(lab: Lab): Promise<readonly SeenListener[]> {
  const { workflow } = lab.site.temporal.client;
  const open = await lab.openWorkflows('watchMailbox');
  const each = await Promise.all(open.map(async (id) => (await workflow.getHandle(id).describe()).raw));
  return each.flatMap(({ pendingActivities }) =>
    (pendingActivities ?? []).map(({ lastWorkerIdentity, heartbeatDetails, attempt }) => {
      const [payload] = heartbeatDetails?.payloads ?? [];
      const told =
        payload?.data == null ? undefined : details.safeParse(JSON.parse(Buffer.from(payload.data).toString()));
      const { listening, polls } = told?.success === true ? told.data : { listening: [], polls: 0 };
      return { pid: Number.parseInt(lastWorkerIdentity ?? '', 10), folders: listening, polls, attempt: attempt ?? 0 };
    }),
  );
}
