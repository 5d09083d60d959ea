import { seededRandom } from '../../test/support/random.js';

/** What is done to the deployment, one after another; each ends before the next begins. */
export type Fault =
  /** SIGKILL; whoever looks after it starts another one. */
  | { readonly kind: 'kill worker'; readonly worker: number }
  /** SIGTERM, as a deployment does. */
  | { readonly kind: 'stop worker'; readonly worker: number }
  | { readonly kind: 'kill all workers' }
  /** SIGKILL, and a start after `awayMs`. */
  | { readonly kind: 'restart Temporal' | 'restart PostgreSQL' | 'restart store'; readonly awayMs: number }
  /** Connections are reset and new ones refused for `awayMs`. */
  | { readonly kind: 'cut off store' | 'cut off target'; readonly awayMs: number }
  /** Nothing passes for `awayMs`, and connections stay. */
  | { readonly kind: 'hang store' | 'hang target'; readonly awayMs: number };

export interface PlannedFault {
  /** After the fault before it is over. */
  readonly pauseMs: number;
  readonly fault: Fault;
}

/** Workers die most often; every ten faults the others have all had their turn, in an order that is new each time. */
const kinds: readonly Fault['kind'][] = [
  'kill worker',
  'kill worker',
  'stop worker',
  'kill all workers',
  'restart Temporal',
  'restart PostgreSQL',
  'restart store',
  'cut off store',
  'hang store',
  'cut off target',
  'hang target',
];

/** So many faults; the same seed gives the same plan, and a shorter plan is the beginning of a longer one. */
export function chaosPlan(seed: number, faults: number, workers: number): readonly PlannedFault[] {
  const random = seededRandom(seed);
  const plan: PlannedFault[] = [];
  let turn: Fault['kind'][] = [];
  while (plan.length < faults) {
    if (turn.length === 0) turn = [...kinds];
    const [kind = 'kill worker'] = turn.splice(random.below(turn.length), 1);
    plan.push({ pauseMs: random.between(500, 6000), fault: faultOf(kind) });
  }
  return plan;

  function faultOf(kind: Fault['kind']): Fault {
    if (kind === 'kill all workers') return { kind };
    if (kind === 'kill worker' || kind === 'stop worker') return { kind, worker: random.below(workers) };
    return { kind, awayMs: random.between(500, 8000) };
  }
}

export function describeFault({ pauseMs, fault }: PlannedFault): string {
  const after = `after ${(pauseMs / 1000).toFixed(1)} s: ${fault.kind}`;
  if ('awayMs' in fault) return `${after} for ${(fault.awayMs / 1000).toFixed(1)} s`;
  return 'worker' in fault ? `${after} ${fault.worker + 1}` : after;
}
