import { Decimal } from 'decimal.js';
import { createParse } from 'mathjs/number';
import { CalculationError } from './errors.ts';
import {
  AccessorNode,
  ConstantNode,
  FunctionNode,
  IndexNode,
  type MathNode,
  OperatorNode,
  OtherNode,
  ParenthesisNode,
  SymbolNode,
} from './nodes.ts';

/** Both are checked before the parser sees the text: its recursion takes some twenty stack frames a level. */
export const maxLength = 1000;
export const maxDepth = 50;

/**
 * What people paste, as the parser knows it. `%` becomes the parser's word for it: its own `%` may also mean per cent,
 * which it finds out by parsing what follows twice, so that n nested ones would take 2^n steps.
 */
const spellings: Readonly<Record<string, string>> = {
  '×': '*',
  '⋅': '*',
  '·': '*',
  '∙': '*',
  '÷': '/',
  '∕': '/',
  '⁄': '/',
  '−': '-',
  '%': ' mod ',
};

const allowedCharacter = /[\p{L}0-9_.,+\-*/^()!× ÷⋅·∙∕⁄−%\t\u00a0\u2009\u202f]/u;
const thinSpace = /[\u2009\u202f]/;
const decimalLiteral = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** mathjs reads a literal into a double, which would lose digits before the first operation. This keeps every one. */
function exactLiteral(text: string): Decimal {
  if (!decimalLiteral.test(text)) {
    throw new CalculationError(
      'NOT_ARITHMETIC',
      `"${text}" is not a decimal number; write it in digits, as 31 or 0.5.`,
    );
  }
  return new Decimal(text);
}

/** Takes the place of typed-function, by which mathjs chooses what to do by the types of arguments: there is one, a text. */
const typed = Object.assign((_name: string, { string }: { readonly string: unknown }) => string, {
  addConversion: () => {},
});

/**
 * mathjs's parser with parts of ours, by its own way to replace them: each of its modules is a factory that is given what
 * it needs. Nothing is ever compiled or evaluated by mathjs, so that none of the rest is there.
 */
const parseMath = createParse({
  config: { number: 'number' },
  typed,
  numeric: exactLiteral,
  ConstantNode,
  SymbolNode,
  OperatorNode,
  FunctionNode,
  ParenthesisNode,
  AccessorNode,
  IndexNode,
  ArrayNode: OtherNode,
  AssignmentNode: OtherNode,
  BlockNode: OtherNode,
  ConditionalNode: OtherNode,
  FunctionAssignmentNode: OtherNode,
  ObjectNode: OtherNode,
  RangeNode: OtherNode,
  RelationalNode: OtherNode,
});

/** The tree of an expression; every number in it is a Decimal. Throws CalculationError. */
export function parse(expression: string): MathNode {
  if (expression.length > maxLength) {
    throw new CalculationError(
      'TOO_LONG',
      `The expression has more than ${maxLength} characters; calculate it in parts.`,
    );
  }
  if (expression.trim() === '') {
    throw new CalculationError(
      'EMPTY_EXPRESSION',
      'There is no expression to calculate; send one such as (3 + 4) * 5.',
    );
  }
  const text = expression.trimEnd();
  checkCharacters(text);
  checkDepth(text);
  const { spelled, origins } = spell(text);
  try {
    return parseMath(spelled);
  } catch (error) {
    if (error instanceof CalculationError) throw error;
    throw syntaxError(text, error, origins);
  }
}

/** Strings, assignments, comparisons, ranges, matrices, comments and blocks all need a character that arithmetic does not. */
function checkCharacters(text: string): void {
  let position = 0;
  let started = false;
  for (const character of text) {
    position++;
    if (!started && /\s/.test(character)) continue;
    started = true;
    if (allowedCharacter.test(character)) continue;
    const shown = /\s|\p{C}/u.test(character) ? 'A line break or control character' : `"${character}"`;
    throw new CalculationError(
      'NOT_ARITHMETIC',
      `${shown} at character ${position} is not arithmetic; send one expression of numbers, operators (+ - * / ^ % !), parentheses and functions.`,
    );
  }
}

function checkDepth(text: string): void {
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth++;
    else if (character === ')') depth--;
    if (depth > maxDepth) {
      throw new CalculationError(
        'TOO_COMPLEX',
        `Parentheses are nested more than ${maxDepth} deep; calculate it in parts.`,
      );
    }
  }
}

/** The text as the parser takes it, and for each of its characters the place in what the caller wrote. */
function spell(text: string): { spelled: string; origins: number[] } {
  let spelled = '';
  const origins: number[] = [];
  let position = 0;
  for (const character of text) {
    position++;
    const as = spellings[character] ?? (thinSpace.test(character) || /\s/.test(character) ? ' ' : character);
    spelled += as;
    for (let unit = 0; unit < as.length; unit++) origins.push(position);
  }
  return { spelled, origins };
}

function syntaxError(text: string, error: unknown, origins: number[]): CalculationError {
  if (error instanceof RangeError) {
    return new CalculationError('TOO_COMPLEX', 'The expression is nested too deeply; calculate it in parts.', {
      cause: error,
    });
  }
  const at = error instanceof SyntaxError && 'char' in error && typeof error.char === 'number' ? error.char : undefined;
  const reason = error instanceof Error ? error.message.replace(/ \(char \d+\)$/, '') : 'unreadable';
  const place = at === undefined ? '' : ` at character ${origins[at - 1] ?? [...text].length + 1}`;
  const hint = text.includes('%') ? ' (% is modulo, as in 7 % 3; for per cent divide by 100)' : '';
  return new CalculationError('SYNTAX', `The expression cannot be read${place}: ${lowerFirst(reason)}${hint}.`, {
    cause: error,
  });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
