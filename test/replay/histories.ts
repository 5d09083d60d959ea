import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';

/** Recorded histories stand beside the sources, as `temporal workflow show --output json` writes them. */
export const historiesFolder = fileURLToPath(new URL('../../../test/replay/histories/', import.meta.url));

export interface RecordedHistory {
  /** `<what happened>-<workflow type>`, with a number where there are several. */
  readonly name: string;
  readonly workflowType: string;
  readonly workflowId: string;
  readonly history: History;
  readonly sizeBytes: number;
}

export async function readHistories(): Promise<readonly RecordedHistory[]> {
  const names = (await readdir(historiesFolder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (file) => {
      const text = await readFile(join(historiesFolder, file), 'utf8');
      const history = historyFromJSON(JSON.parse(text));
      const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
      return {
        name: file.slice(0, -'.json'.length),
        workflowType: started?.workflowType?.name ?? '',
        workflowId: started?.workflowId ?? '',
        history,
        sizeBytes: text.length,
      };
    }),
  );
}
