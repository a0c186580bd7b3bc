import { Decimal } from 'decimal.js';
import { CalculationError } from './errors.ts';
import { format } from './format.ts';
import { constants, functions } from './functions.ts';
import { factorial } from './integers.ts';
import type { FunctionNode, MathNode, OperatorNode } from './nodes.ts';
import { parse } from './parse.ts';
import { power } from './power.ts';
import { add, divide, modulo, multiply, negate, type Quantity, quantity } from './quantity.ts';

/**
 * The result of an arithmetic expression in real numbers, as text.
 *
 * mathjs parses; the tree is walked here with a list of what is allowed and calculated in decimals, so 0.1 + 0.2 is 0.3.
 * Every bound (length, depth, magnitude, angle, factorial) is checked before the work that it limits. The README
 * beside this file lists the functions and says how results are written.
 *
 * @example evaluate('(3 + 4) * 5 - 2^3') // '27'
 * @throws CalculationError, and nothing else
 */
export function evaluate(expression: string): string {
  return format(calculate(parse(expression)));
}

function calculate(node: MathNode): Quantity {
  switch (node.type) {
    case 'ConstantNode':
      return literal(node.value);
    case 'ParenthesisNode':
      return calculate(node.content);
    case 'SymbolNode':
      return constant(node.name);
    case 'OperatorNode':
      return operation(node);
    case 'FunctionNode':
      return call(node);
    default:
      throw new CalculationError(
        'NOT_ARITHMETIC',
        'Only numbers, operators (+ - * / ^ % !), parentheses and functions can be calculated.',
      );
  }
}

/** Anything but a Decimal is a keyword that mathjs reads as a constant: true, null, undefined. */
function literal(value: unknown): Quantity {
  if (Decimal.isDecimal(value)) return quantity(value, true);
  throw new CalculationError('NOT_ARITHMETIC', `"${String(value)}" is not a number.`);
}

function constant(name: string): Quantity {
  const value = constants.get(name.toLowerCase());
  if (value) return value;
  if (functions.has(name.toLowerCase())) {
    throw new CalculationError('SYNTAX', `${name} is a function; give its argument in parentheses, as in ${name}(2).`);
  }
  throw new CalculationError(
    'NOT_ARITHMETIC',
    `"${name}" is not a number, constant (pi, e, tau) or function that the calculator knows.`,
  );
}

function operation(node: OperatorNode): Quantity {
  const [first, second] = node.args;
  if (!first) throw notAnOperator(node);
  const a = calculate(first);
  if (!second) return unary(node, first, a);
  const b = calculate(second);
  // Read as 2 * pi by some and as an error by others; 1/2x is worse. What stands on either side is checked first,
  // since in a sentence the unknown word is the better thing to complain about.
  if (node.implicit) {
    throw new CalculationError('SYNTAX', 'An operator is missing between two values; write 2 * (3), not 2(3).');
  }
  switch (node.fn) {
    case 'add':
      return add(a, b);
    case 'subtract':
      return add(a, negate(b));
    case 'multiply':
      return multiply(a, b);
    case 'divide':
      return divide(a, b);
    case 'mod':
      return modulo(a, b);
    case 'pow':
      return power(a, b);
    default:
      throw notAnOperator(node);
  }
}

function unary(node: OperatorNode, operand: MathNode, value: Quantity): Quantity {
  switch (node.fn) {
    case 'unaryMinus':
      return negate(value);
    case 'unaryPlus':
      return value;
    case 'factorial':
      if ('fn' in operand && operand.fn === 'factorial') {
        throw new CalculationError('SYNTAX', '"!!" may mean two things; write (5!)! for the factorial of a factorial.');
      }
      return factorial(value);
    default:
      throw notAnOperator(node);
  }
}

function call(node: FunctionNode): Quantity {
  const name = 'name' in node.fn ? node.fn.name : '';
  const callable = node.fn.type === 'SymbolNode' ? functions.get(name.toLowerCase()) : undefined;
  if (!callable) {
    if (!constants.has(name.toLowerCase())) throw unknownFunction(name);
    throw new CalculationError('SYNTAX', `${name} is a constant; write ${name} * (…) to multiply it.`);
  }
  const { least, most, apply } = callable;
  const [first, ...others] = node.args.map(calculate);
  const count = node.args.length;
  if (!first || count < least || count > most) {
    throw new CalculationError('BAD_ARGUMENT', `${name} takes ${argumentsOf(least, most)}, not ${count}.`);
  }
  return apply(first, ...others);
}

function argumentsOf(least: number, most: number): string {
  if (most === Number.POSITIVE_INFINITY) return `${least} or more arguments`;
  if (most > least) return `${least} to ${most} arguments`;
  return least === 1 ? '1 argument' : `${least} arguments`;
}

function unknownFunction(name: string): CalculationError {
  const known = [...functions.keys()].join(', ');
  return new CalculationError('NOT_ARITHMETIC', `"${name}" is not a function that the calculator knows: ${known}.`);
}

function notAnOperator(node: OperatorNode): CalculationError {
  return new CalculationError('NOT_ARITHMETIC', `The operator "${node.op}" is not one of + - * / ^ % !.`);
}
