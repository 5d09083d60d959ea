import { finding } from '../indicators/findings.js';
import type { Extraction, Finding } from '../indicators/types.js';
import { plain } from '../mail/decode-headers.js';
import { compileAlertTemplate } from '../templates/alert-template.js';
import { alertValues } from '../templates/alert-values.js';
import type { Template } from '../templates/template.js';
import type { AlertConfig } from './config.js';
import { headerFields, headerTest } from './header-fields.js';
import { compileOwnFields, type OwnField, ownFields } from './own-fields.js';
import type { AlertDocument, AlertEvent } from './types.js';

/** Of names of alerts and cases. */
const maxNameChars = 500;

/** The event field in which Google's own mail connectors tell playbooks the name of the case. */
export const caseNameField = 'custom_case_name';

/** What the configuration makes of an alert, compiled. */
interface Content {
  readonly wantsHeader: (name: string) => boolean;
  readonly fields: readonly OwnField[];
  readonly alertName: Template | undefined;
  readonly caseName: Template | undefined;
}

const compiled = new WeakMap<AlertConfig, Content>();

function contentOf(alert: AlertConfig): Content {
  const known = compiled.get(alert);
  if (known !== undefined) return known;
  const { headers, fields, alertName, caseName } = alert;
  const content = {
    wantsHeader: headerTest(headers),
    fields: compileOwnFields(fields),
    alertName: alertName === undefined ? undefined : compileAlertTemplate(alertName),
    caseName: caseName === undefined ? undefined : compileAlertTemplate(caseName),
  };
  compiled.set(alert, content);
  return content;
}

/** The event fields that the configuration adds to those of every alert. */
export function configuredFields(extraction: Extraction, alert: AlertConfig | undefined): AlertEvent {
  if (alert === undefined) return {};
  const { wantsHeader, fields } = contentOf(alert);
  return { ...headerFields(extraction.headers ?? [], wantsHeader), ...ownFields(extraction, fields).fields };
}

/** Where they do not tell all that there is, and the extraction does not say so yet. */
export function fieldsCut(extraction: Extraction, alert: AlertConfig | undefined): readonly Finding[] {
  if (alert === undefined || extraction.findings.some(({ code }) => code === 'fields-cut')) return [];
  return ownFields(extraction, contentOf(alert).fields).cut ? [finding('fields-cut')] : [];
}

/** The document with its alert and its case named by the templates. One that gives no text changes nothing. */
export function named<Document extends Omit<AlertDocument, 'mispEvent'>>(
  document: Document,
  alert: AlertConfig | undefined,
): Document {
  if (alert?.alertName === undefined && alert?.caseName === undefined) return document;
  const { alertName, caseName } = contentOf(alert);
  const values = alertValues(document);
  const name = nameFrom(alertName, values);
  const ofCase = nameFrom(caseName, values);
  const [first = {}, ...others] = document.alert.events;
  const events = ofCase === '' ? document.alert.events : [{ ...first, [caseNameField]: ofCase }, ...others];
  return { ...document, alert: { ...document.alert, ...(name === '' ? {} : { name }), events } };
}

function nameFrom(template: Template | undefined, values: ReturnType<typeof alertValues>): string {
  return template === undefined ? '' : plain(plain(template.renderAnyway(values)).slice(0, maxNameChars));
}
