import { pushRound } from '../push/push-round.js';
import { median, type Scenario, type TableRow } from '../scenario.js';

/** How long after its arrival a mail is at the SOAR: with IDLE, and with a poll every minute. */
export const push: Scenario = async (site, { mails = 12, small, onProgress }) => {
  // A minute is measured as it is: mails that come all along it, not at its beginning.
  const apartMs = small ? 500 : 5_000;
  const every = small ? '5s' : '1m';
  const rows: TableRow[] = [];
  const measure = async (how: string, mailbox: Readonly<Record<string, unknown>>) => {
    const delays = (await pushRound(site, { mails, apartMs, mailbox })).toSorted((left, right) => left - right);
    const seconds = { median: median(delays) / 1000, longest: (delays.at(-1) ?? Number.NaN) / 1000 };
    onProgress(`push: ${how}, ${mails} mails, median ${seconds.median.toFixed(2)} s`);
    rows.push({
      how,
      mails,
      'median s': seconds.median,
      'shortest s': (delays[0] ?? 0) / 1000,
      'longest s': seconds.longest,
    });
    return seconds;
  };
  const idle = await measure('IDLE', { push: 'idle', every: '1h' });
  const polled = await measure(`poll every ${every}`, { every });
  return {
    name: 'push',
    corpus: 'generated',
    figures: [
      { name: 'from arrival to alert with IDLE', value: idle.median, unit: 's' },
      { name: 'the longest', value: idle.longest, unit: 's', goal: { below: 5 } },
      { name: `from arrival to alert with a poll every ${every}`, value: polled.median, unit: 's' },
      { name: 'the longest', value: polled.longest, unit: 's' },
    ],
    tables: [{ title: 'push', rows }],
  };
};
