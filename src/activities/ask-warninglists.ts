import { type Known, valuesToAsk } from '../indicators/exclude/known.js';
import type { Extraction, Finding } from '../indicators/types.js';
import { activitySignal } from './context.js';
import type { Dependencies } from './dependencies.js';

export interface Asked {
  /** Undefined where no list of MISP is to be asked, or none can be. */
  readonly known?: Known;
  /** For each of the alerts: they hold what a list might have left out. */
  readonly findings: readonly Finding[];
}

/** What MISP's warninglists say of everything that was found. Alerts never wait for it: see `MispWarninglists`. */
export async function askWarninglists(
  { warninglists }: Dependencies,
  extractions: readonly Extraction[],
): Promise<Asked> {
  if (warninglists === undefined) return { findings: [] };
  const values = extractions.flatMap(({ urls, indicators = [] }) => valuesToAsk(urls, indicators));
  if (values.length === 0) return { findings: [] };
  const known = await warninglists.lookUp(values, activitySignal());
  if (known !== undefined) return { known, findings: [] };
  const text = "MISP's warninglists could not be asked: what is on them was not left out.";
  return { findings: [{ code: 'warninglists-unasked', text }] };
}
