import { createExtractionPool } from '../../src/indicators/extraction-pool.js';
import { type Growth, growthOf, isSteep, largest, sizes, tells } from '../extraction/growth.js';
import { families } from '../extraction/pathological.js';
import type { SiteFreeScenario, TableRow } from '../scenario.js';

/** Of the slowest families. */
const shown = 12;

/** Whether hostile mail takes more than its share of time: how that grows from 10 kB to 160 kB. */
export const extractionGrowth: SiteFreeScenario = async ({ onProgress }) => {
  const pool = createExtractionPool({ threads: 1 });
  const measured: Growth[] = [];
  try {
    for (const family of families) {
      const growth = await growthOf(family, pool);
      measured.push(growth);
      if (isSteep(growth)) onProgress(`extraction-growth: ${described(growth)}`);
    }
  } finally {
    await pool.close();
  }
  const steepest = Math.max(...measured.filter(tells).map(({ exponent }) => exponent));
  const steep = measured.filter(isSteep).length;
  const all = `families, of ${measured.length}, whose time grows faster than they`;
  return {
    name: 'extraction-growth',
    corpus: 'pathological',
    figures: [
      { name: all, value: steep, unit: '', goal: { below: 1 } },
      { name: 'steepest exponent', value: steepest, unit: '' },
      { name: 'slowest at 160 kB', value: Math.max(...measured.map(largest)), unit: 'ms of CPU' },
    ],
    tables: [{ title: 'extraction-growth, the slowest', rows: rowsOf(measured) }],
  };
};

function described({ name, timesMs, cut }: Growth): string {
  return `${name}: ${timesMs.map((ms) => ms.toFixed(1)).join(', ')} ms${cut ? ', cut' : ''}`;
}

function rowsOf(measured: readonly Growth[]): readonly TableRow[] {
  const sorted = [...measured].sort((one, other) => largest(other) - largest(one));
  return sorted.slice(0, shown).map(({ name, timesMs, exponent, cut }) => ({
    name,
    ...Object.fromEntries(sizes.map((size, index) => [`${size / 1000} kB, ms`, timesMs[index]])),
    exponent,
    cut: cut ? 'yes' : '',
  }));
}
