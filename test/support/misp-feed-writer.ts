import { withFolderLock } from '../../src/misp/feed/folder-lock.js';
import { MispFeedSink } from '../../src/misp/feed-sink.js';
import { mispDocument, numberedAlertId } from './misp-documents.js';

/**
 * A second process that works on a feed: `write <folder> <first> <count>` sends so many alerts in batches of five,
 * `hold <folder>` takes the lock, says `held` and keeps it until it is killed.
 */
const [command = '', folder = '', first = '0', count = '0'] = process.argv.slice(2);
const { signal } = new AbortController();

if (command === 'hold') {
  await withFolderLock(folder, { staleMs: 30_000, waitMs: 10_000 }, signal, async () => {
    process.stdout.write('held\n');
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  });
} else {
  const sink = new MispFeedSink({
    folder,
    organisation: { name: 'Test', uuid: 'd3ae2cb2-31c1-5f30-9f5b-0e5f3a3b8a4e' },
  });
  const numbers = Array.from({ length: Number(count) }, (_, index) => Number(first) + index);
  for (let start = 0; start < numbers.length; start += 5) {
    const batch = numbers.slice(start, start + 5);
    await sink.send(
      batch.map((number) =>
        mispDocument({ alertId: numberedAlertId(number), urls: [`https://evil.example/${number}`] }),
      ),
      signal,
    );
  }
}
