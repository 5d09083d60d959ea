import type { Warning } from '../../errors/warning.js';
import { quoted } from '../../misp/check-value.js';
import type { MispEventConfig } from '../../misp/config.js';
import type { MispEvent } from '../../misp/types.js';
import { cleanText, cutText, longestValueBytes } from '../../misp/values.js';
import { compileTemplate, type Template } from '../../templates/template.js';
import type { Row } from '../types.js';
import { compileDated, noDate, type RuleContext } from './attribute-rule.js';
import type { EventConfig } from './config.js';
import { readDay } from './dates.js';
import { isRejection, type Rejection } from './row-result.js';

/** What an event has besides attributes, by one of its rows. */
export interface EventHead {
  readonly info: string;
  readonly date: string;
}

export interface EventRule {
  readonly head: (row: Row) => EventHead | Rejection;
  /** Tag names by a row; what is left out stands in `warnings`. */
  readonly tags: (row: Row, warnings: Warning[]) => readonly string[];
  /** What is the same for all events of the feed. */
  readonly constants: Pick<
    MispEvent,
    'threat_level_id' | 'analysis' | 'distribution' | 'sharing_group_id' | 'published'
  >;
}

/** The `tags.name` column of MISP. */
export const longestTagCharacters = 255;

/** `today`: the day that `date: today` stands for. */
export function compileEvent(
  config: EventConfig,
  misp: MispEventConfig,
  today: string,
  context: RuleContext,
): EventRule {
  const { nulls, check } = context;
  const info = compileTemplate(config.info, ['event', 'info'], nulls, check);
  const date = config.date === 'today' ? () => today : compileDay(config.date, context);
  const templates = config.tags.map((tag, index) => compileTemplate(tag, ['event', 'tags', index], nulls, check));
  const clusters = config.galaxies.map(({ type, cluster }, index) => {
    const template = compileTemplate(cluster, ['event', 'galaxies', index, 'cluster'], nulls, check);
    // A quote would end the value of the tag (machine tags know no escape).
    return (row: Row) =>
      template.renderAll(row).map((name) => `misp-galaxy:${type}="${name.trim().replaceAll('"', "'")}"`);
  });
  const tlp = config.tlp ?? misp.tlp;
  return {
    head: (row) => {
      const text = cutText(cleanText(info.renderAnyway(row)), longestValueBytes).value;
      if (text === '')
        return { code: 'LW_ROW_VALUE', rule: 'event.info', reason: `${quoted(config.info)} gives no text` };
      const day = date(row);
      return isRejection(day) ? day : { info: text, date: day };
    },
    tags: (row, warnings) => [
      ...(tlp === 'none' ? [] : [`tlp:${tlp}`]),
      ...templates.flatMap((template) => tagNames(template, row, warnings)),
      ...clusters.flatMap((cluster) => cluster(row).map(cleanText)),
    ],
    constants: compileConstants(config, misp, context),
  };
}

function compileDay(config: EventConfig['date'], context: RuleContext): (row: Row) => string | Rejection {
  const { template, reader } = compileDated(config, ['event', 'date'], context);
  return (row) => {
    const text = template.render(row);
    const rule = 'event.date';
    if (text === undefined) {
      return {
        code: 'LW_ROW_DATE',
        rule,
        reason: `${quoted(template.source)} has no value, and an event needs its day`,
      };
    }
    return (
      readDay(text, reader) ?? {
        code: 'LW_ROW_DATE',
        rule,
        reason: noDate(template.source, text, reader),
      }
    );
  };
}

function tagNames(template: Template, row: Row, warnings: Warning[]): readonly string[] {
  return template.renderAll(row).flatMap((text) => {
    const name = cleanText(text);
    if (name.length <= longestTagCharacters) return name === '' ? [] : [name];
    warnings.push({
      code: 'LW_WARN_TAG',
      reason: `event.tags: left out: ${quoted(name)} has ${name.length} characters, more than the ${longestTagCharacters} of MISP`,
    });
    return [];
  });
}

function compileConstants(config: EventConfig, misp: MispEventConfig, { check }: RuleContext): EventRule['constants'] {
  const distribution = config.distribution ?? misp.distribution;
  const sharingGroup = distribution === 4 ? (config.sharingGroup ?? misp.sharingGroup) : undefined;
  if (distribution === 4 && sharingGroup === undefined) {
    check.mistake(['event', 'distribution'], 'needs `sharingGroup` when it is 4');
  }
  return {
    threat_level_id: String(config.threatLevel ?? misp.threatLevel),
    analysis: String(config.analysis ?? misp.analysis),
    distribution: String(distribution),
    ...(sharingGroup === undefined ? {} : { sharing_group_id: String(sharingGroup) }),
    published: false,
  };
}
