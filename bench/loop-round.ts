import { z } from 'zod';
import { mailPassword } from './mailboxes.js';
import { runScript } from './python.js';
import { Receiver } from './receiver.js';
import type { Site } from './site.js';

const resultSchema = z.object({
  mails: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakMemoryMb: z.number(),
});

export interface LoopRound extends Readonly<z.output<typeof resultSchema>> {
  readonly mailsPerSecond: number;
  readonly requests: number;
  readonly cases: number;
}

export interface LoopOptions {
  readonly mails: readonly Buffer[];
  readonly latencyMs: number;
}

/** The loop over a mailbox, by its own clock: from before the log-in until after the log-out, not Python's start. */
export async function loopRound(site: Site, { mails, latencyMs }: LoopOptions): Promise<LoopRound> {
  const user = await site.mailbox(mails);
  const receiver = await Receiver.start(latencyMs);
  try {
    const args = [String(site.dovecot.imapPort), user, receiver.url];
    const printed = await runScript('python3', 'loop.py', args, { BENCH_PASSWORD: mailPassword });
    const result = resultSchema.parse(JSON.parse(printed));
    const unread = await site.unread(user);
    if (unread > 0) throw new Error(`the loop left ${unread} mails unread`);
    return { ...result, mailsPerSecond: result.mails / result.seconds, ...(await receiver.counts()) };
  } finally {
    await receiver.close();
  }
}
