import { commonStatus, runRemarks, type SubjectFacts, scheduleRemarks } from './subject-remarks.js';
import { type FeedStatus, type Remark, worst } from './types.js';

/** @param placeOf where what a result names stands, for people */
export function feedStatus(facts: SubjectFacts, placeOf: (file: string) => string, now = Date.now()): FeedStatus {
  const remarks = [...scheduleRemarks(facts), ...runRemarks(facts, now), ...rejectedRemarks(facts, placeOf)];
  return {
    ...commonStatus(facts),
    verdict: worst(remarks),
    rejectedRows: facts.known?.runs.rejectedRows ?? null,
    remarks,
  };
}

/** Rows are not held: each import looks at them again, and the others went their way. */
function rejectedRemarks({ name, known }: SubjectFacts, placeOf: (file: string) => string): readonly Remark[] {
  const { rejectedRows = 0, rejectedFiles = [] } = known?.runs ?? {};
  if (rejectedRows === 0) return [];
  const where = rejectedFiles.length === 0 ? '' : `, kept in ${rejectedFiles.map(placeOf).join(', ')}`;
  const message = `${rejectedRows} ${rejectedRows === 1 ? 'row was' : 'rows were'} rejected${where}. All others were imported.`;
  return [{ verdict: 'waits', kind: 'rejected', message, command: `lurewatch import ${name} --from <a mended copy>` }];
}
