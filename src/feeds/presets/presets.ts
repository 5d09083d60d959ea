import type { z } from 'zod';
import { feodoTracker } from './feodo-tracker.js';
import { malwarebazaar } from './malwarebazaar.js';
import { type Preset, type PresetParts, presetPartsSchema } from './preset.js';
import { ransomwareLive } from './ransomware-live.js';
import { ransomwatch } from './ransomwatch.js';
import { ransomwatchJson } from './ransomwatch-json.js';
import { threatfox } from './threatfox.js';
import { urlhaus } from './urlhaus.js';

/** A preset, whatever its options are. */
export interface KnownPreset extends Pick<Preset, 'name' | 'title' | 'documentation' | 'options'> {
  /** @param options as the configuration has them; throws where they are not those of the preset */
  readonly parts: (options: unknown) => PresetParts;
}

/** By the names that `preset` of a feed takes. */
export const presets: ReadonlyMap<string, KnownPreset> = new Map(
  [
    known(ransomwatch),
    known(ransomwatchJson),
    known(ransomwareLive),
    known(urlhaus),
    known(threatfox),
    known(malwarebazaar),
    known(feodoTracker),
  ].map((preset) => [preset.name, preset]),
);

function known<Options extends z.ZodType>(preset: Preset<Options>): KnownPreset {
  const { name, title, documentation, options, build } = preset;
  return {
    name,
    title,
    documentation,
    options,
    parts: (given) => presetPartsSchema.parse(build(options.parse(given))),
  };
}
