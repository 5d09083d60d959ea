import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileExpression, expressionMistake } from '../../src/expressions/expression.js';

describe('an expression', () => {
  it('gives its first group, or all that it matched where it has none', () => {
    assert.equal(compileExpression('case-[0-9]+').first('see case-17, case-18'), 'case-17');
    assert.equal(compileExpression('case-([0-9]+)-([a-z]+)').first('case-17-open'), '17');
    assert.equal(compileExpression('(open)|closed').first('closed'), undefined);
    assert.equal(compileExpression('(open)|closed').first('nothing'), undefined);
  });

  it('gives that of each match, one after the other, but of those that hold nothing', () => {
    assert.deepEqual([...compileExpression('case-([0-9]*)').each('case-17 case- case-18 case-17')], ['17', '18', '17']);
    assert.deepEqual([...compileExpression('(open)|closed').each('closed, open')], ['open']);
    assert.deepEqual([...compileExpression('x*').each('axxb')], ['xx']);
  });

  it('takes time linear in the text where others explode', () => {
    const expression = compileExpression('^(a+)+$');
    assert.equal(expression.test(`${'a'.repeat(50_000)}!`), false);
    assert.equal(expression.test('a'.repeat(50_000)), true);
  });

  it('that does not compile is told with the reason', () => {
    assert.equal(expressionMistake('(?i)invoice'), undefined);
    assert.match(expressionMistake('([a-z') ?? '', /missing/);
    // No engine of linear time has them.
    for (const source of ['(?=a)', '(?!a)', '(?<=a)b', '(?<!a)b']) {
      assert.match(expressionMistake(source) ?? '', /no look-around/);
    }
    assert.doesNotMatch(expressionMistake('(?<a b>c)') ?? '', /look-around/);
  });
});
