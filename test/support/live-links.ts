import assert from 'node:assert/strict';

/** That there is nothing in a text for people that a terminal makes clickable. */
export function assertNoLinks(text: string): void {
  assert.doesNotMatch(text, /(?:https?|ftps?|mailto|file|tel):(?=\S)/i);
  assert.doesNotMatch(text, /(?<!hxxps?|fxps?):\/\//i);
  assert.doesNotMatch(text, /\bwww\d?\./i);
}
