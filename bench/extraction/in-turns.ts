import { cpuUsage } from 'node:process';
import { median } from '../scenario.js';
import type { Contender } from './contenders.js';

export interface Rate {
  readonly name: string;
  readonly rounds: readonly Round[];
  /** Medians of the rounds. */
  readonly mailsPerSecond: number;
  readonly megabytesPerSecond: number;
  /** Of all threads of the process, V8's own too: what one core would take. */
  readonly cpuMillisecondsAMail: number;
  /** Slowest and quickest round. */
  readonly from: number;
  readonly to: number;
}

/** Rounds in which all take all mails, one after the other, in changing order: what the machine does hits all alike. */
export async function rateInTurns(
  contenders: readonly Contender[],
  mails: readonly Buffer[],
  rounds: number,
): Promise<readonly Rate[]> {
  const measured = new Map(contenders.map((contender) => [contender, [] as Round[]]));
  // The first rounds are V8's, to compile.
  for (let number = -2; number < rounds; number += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const contender = contenders[(turn + number + 2) % contenders.length] as Contender;
      const round = await oneRound(contender, mails);
      if (number >= 0) measured.get(contender)?.push(round);
    }
  }
  const bytes = mails.reduce((sum, { length }) => sum + length, 0);
  return [...measured].map(([{ name }, each]) => {
    const seconds = median(each.map((round) => round.seconds));
    const rates = each.map((round) => mails.length / round.seconds);
    return {
      name,
      rounds: each,
      mailsPerSecond: mails.length / seconds,
      megabytesPerSecond: bytes / 1e6 / seconds,
      cpuMillisecondsAMail: (1000 * median(each.map((round) => round.cpuSeconds))) / mails.length,
      from: Math.min(...rates),
      to: Math.max(...rates),
    };
  });
}

export interface Round {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function oneRound({ find }: Contender, mails: readonly Buffer[]): Promise<Round> {
  const startMs = performance.now();
  const start = cpuUsage();
  for (const mail of mails) await find(mail);
  const { user, system } = cpuUsage(start);
  return { seconds: (performance.now() - startMs) / 1000, cpuSeconds: (user + system) / 1e6 };
}

/** How quick the one is beside the other: the median of the rounds, each for itself, since the machine's speed changes. */
export function ratio(one: Rate | undefined, other: Rate | undefined, of: (round: Round) => number): number {
  const each = (other?.rounds ?? []).map((round, number) => of(round) / of(one?.rounds[number] ?? round));
  return median(each);
}
