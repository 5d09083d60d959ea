import { nearest } from '../../config/nearest.js';
import type { TemplateCheck, TemplatePath } from '../../templates/template.js';

/** What is wrong in a mapping, found before any row is looked at. */
export interface MappingMistake {
  /** Where in the mapping: `['attributes', 0, 'value']`. */
  readonly path: TemplatePath;
  readonly reason: string;
}

/** What the compilers of the parts of a mapping share: the columns they meet and the mistakes they find. */
export class MappingCheck implements TemplateCheck {
  readonly noun = 'column';
  readonly mistakes: MappingMistake[] = [];
  readonly needs = new Set<string>();
  readonly #columns: ReadonlySet<string> | undefined;

  /** @param columns those of the feed, where they are known */
  constructor(columns: readonly string[] | undefined) {
    this.#columns = columns === undefined ? undefined : new Set(columns);
  }

  mistake(path: MappingMistake['path'], reason: string): void {
    this.mistakes.push({ path, reason });
  }

  column(path: MappingMistake['path'], name: string): void {
    this.needs.add(name);
    if (this.#columns === undefined || this.#columns.has(name)) return;
    const known = [...this.#columns];
    const meant = nearest(name, known);
    this.mistake(
      path,
      `the feed has no column \`${name}\`${meant === undefined ? '' : `; did you mean \`${meant}\`?`}; it has ${known.join(', ')}`,
    );
  }
}

/** `attributes[0].value`, as in messages about the configuration. */
export function pathText(path: MappingMistake['path']): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}
