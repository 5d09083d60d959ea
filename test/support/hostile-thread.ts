import { type GroupAnswer, type GroupTask, extractGroup as realGroup } from '../../src/indicators/extraction-thread.js';

/** The thread of the pool, with mails that do to it what no mail should be able to. */
export async function extractGroup(task: GroupTask): Promise<readonly GroupAnswer[]> {
  const answers: GroupAnswer[] = [];
  for (const [index, input] of task.inputs.entries()) {
    Atomics.store(new Int32Array(task.progress), 0, index);
    const bytes = 'bytes' in input ? Buffer.from(input.bytes) : Buffer.alloc(0);
    if (task.effort === 'full') misbehave(bytes);
    if (bytes.includes('X-Stall-Always')) stall();
    const progress = new SharedArrayBuffer(4);
    answers.push(...(await realGroup({ ...task, inputs: [input], progress })));
  }
  return answers;
}

function misbehave(bytes: Buffer): void {
  if (bytes.includes('X-Stall:')) stall();
  if (bytes.includes('X-Devour:')) devour();
  if (bytes.includes('X-Throw:')) throw new Error('a defect');
  if (bytes.includes('X-Exit:')) process.exit(7);
}

function stall(): never {
  for (;;);
}

function devour(): never {
  const hoard: number[][] = [];
  for (;;) hoard.push(Array.from({ length: 10_000 }, (_, index) => index * 1.5));
}
