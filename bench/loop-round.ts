import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Receiver } from './receiver.js';
import { mailPassword, type Site } from './site.js';

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

// Not compiled: from dist/bench back to where it stands.
const script = fileURLToPath(new URL('../../bench/loop.py', import.meta.url));

/** The loop over a mailbox, by its own clock: from before the log-in until after the log-out, not Python's start. */
export async function loopRound(site: Site, { mails, latencyMs }: LoopOptions): Promise<LoopRound> {
  const user = await site.mailbox(mails);
  const receiver = await Receiver.start(latencyMs);
  try {
    const args = [script, String(site.dovecot.imapPort), user, receiver.url];
    const result = resultSchema.parse(JSON.parse(await python(args)));
    const unread = await site.unread(user);
    if (unread > 0) throw new Error(`the loop left ${unread} mails unread`);
    return { ...result, mailsPerSecond: result.mails / result.seconds, ...(await receiver.counts()) };
  } finally {
    await receiver.close();
  }
}

/** Runs it with `python3` and gives back what it printed. It ends when its connections do, so never outlives us. */
async function python(args: readonly string[]): Promise<string> {
  const child = spawn('python3', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, BENCH_PASSWORD: mailPassword },
  });
  let output = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4096);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', () => reject(new Error('the loop to compare with needs python3 on the PATH')));
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the loop failed:\n${complaints}`);
  return output;
}
