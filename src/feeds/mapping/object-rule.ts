import { nearest } from '../../config/nearest.js';
import type { Warning } from '../../errors/warning.js';
import { type ObjectTemplate, objectTemplates } from '../../misp/objects/templates.js';
import { cleanText, cutText, longestValueBytes } from '../../misp/values.js';
import { compileTemplate } from '../../templates/template.js';
import type { Row } from '../types.js';
import { type AttributeRule, compileAttribute, type RuleContext } from './attribute-rule.js';
import type { ObjectConfig } from './config.js';
import type { MappingMistake } from './mistakes.js';
import type { AttributeDraft, ObjectAttributeDraft, Rejection } from './row-result.js';

export interface ObjectDraft {
  readonly name: string;
  readonly template: ObjectTemplate;
  readonly comment: string;
  readonly attributes: readonly ObjectAttributeDraft[];
}

export type ObjectRule = (row: Row, drafts: ObjectDraft[], warnings: Warning[]) => Rejection | undefined;

export function compileObject(
  config: ObjectConfig,
  path: MappingMistake['path'],
  rule: string,
  context: RuleContext,
): ObjectRule {
  const { name } = config;
  const template = Object.hasOwn(objectTemplates, name) ? objectTemplates[name] : undefined;
  if (template === undefined) {
    const known = Object.keys(objectTemplates);
    const meant = nearest(name, known);
    const advice = meant === undefined ? '' : `; did you mean \`${meant}\`?`;
    context.check.mistake(
      [...path, 'name'],
      `there is no object template \`${name}\` here${advice}; known are ${known.join(', ')}`,
    );
    return () => undefined;
  }
  const comment =
    config.comment === undefined
      ? undefined
      : compileTemplate(config.comment, [...path, 'comment'], context.nulls, context.check);
  const rules = config.attributes.map((attribute, index) =>
    compileRelation(attribute, [...path, 'attributes', index], rule, template, context),
  );
  return (row, drafts, warnings) => {
    const attributes: ObjectAttributeDraft[] = [];
    for (const { relation, apply } of rules) {
      const made: AttributeDraft[] = [];
      const rejection = apply(row, made, warnings);
      if (rejection !== undefined) return rejection;
      for (const draft of made) attributes.push({ ...draft, relation });
    }
    if (attributes.length === 0) return undefined;
    if (!attributes.some(({ relation }) => template.requiredOneOf.includes(relation))) {
      const reason = `${rule}: left out: its template asks for one of ${template.requiredOneOf.join(', ')}`;
      warnings.push({ code: 'LW_WARN_OBJECT', reason });
      return undefined;
    }
    const text = comment === undefined ? '' : cutText(cleanText(comment.renderAnyway(row)), longestValueBytes).value;
    drafts.push({ name, template, comment: text, attributes });
    return undefined;
  };
}

interface RelationRule {
  readonly relation: string;
  readonly apply: AttributeRule;
}

function compileRelation(
  { relation, ...config }: ObjectConfig['attributes'][number],
  path: MappingMistake['path'],
  rule: string,
  template: ObjectTemplate,
  context: RuleContext,
): RelationRule {
  const known = Object.hasOwn(template.relations, relation) ? template.relations[relation] : undefined;
  if (known === undefined) {
    const relations = Object.keys(template.relations);
    const meant = nearest(relation, relations);
    const advice = meant === undefined ? '' : `; did you mean \`${meant}\`?`;
    context.check.mistake(
      [...path, 'relation'],
      `the template has no relation \`${relation}\`${advice}; it has ${relations.join(', ')}`,
    );
    return { relation, apply: () => undefined };
  }
  const category = config.category ?? known.categories?.[0];
  const attribute = { ...config, type: known.type, ...(category === undefined ? {} : { category }) };
  const apply = compileAttribute(attribute, path, `${rule} ${relation}`, context, known.uncorrelated !== true);
  return { relation, apply };
}
