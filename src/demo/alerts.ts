import { mispSinkName } from '../activities/dependencies.js';
import type { AlertDocument } from '../alerts/types.js';
import type { Ledger } from '../ledger/ledger.js';
import { targetName } from './config-text.js';

/** What became of a mail, as the ledger knows it. */
export interface DemoAlert {
  readonly document: AlertDocument;
  /** The case file; undefined while it is not delivered. */
  readonly caseFile: string | undefined;
  /** The file of the MISP event; undefined while it is not registered, or where there is nothing to register. */
  readonly eventFile: string | undefined;
  readonly delivered: boolean;
}

/** The alerts that there are of these, in the order given. */
export async function readAlerts(ledger: Ledger, alertIds: readonly string[]): Promise<readonly DemoAlert[]> {
  const [documents, cases, events] = await Promise.all([
    ledger.alerts.find(alertIds),
    ledger.deliveries.outcomes(targetName, alertIds),
    ledger.deliveries.outcomes(mispSinkName, alertIds),
  ]);
  return documents.flatMap((document, index): readonly DemoAlert[] => {
    if (document === undefined) return [];
    const [caseFile, eventFile] = [cases[index], events[index]].map((outcome) =>
      outcome?.kind === 'delivered' ? outcome.reference : undefined,
    );
    const delivered = caseFile !== undefined && (document.mispEvent === null || eventFile !== undefined);
    return [{ document, caseFile, eventFile, delivered }];
  });
}
