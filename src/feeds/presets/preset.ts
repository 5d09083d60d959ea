import { z } from 'zod';
import { formatSchema } from '../formats/config.js';
import { mappingShape } from '../mapping/config.js';

/** What a preset stands for: keys of a feed, as they could stand in lurewatch.yaml. */
export const presetPartsSchema = z.strictObject({ format: formatSchema, ...mappingShape });
export type PresetParts = z.output<typeof presetPartsSchema>;
/** The same as a preset writes it, without the defaults. */
export type PresetInput = z.input<typeof presetPartsSchema>;

/** Format and mapping of a feed that many people import. */
export interface Preset<Options extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly title: string;
  /** Where the format of the feed is documented. */
  readonly documentation: string;
  /** `options` of the feed. */
  readonly options: Options;
  readonly build: (options: z.output<Options>) => PresetInput;
}
