/**
 * The trees of expressions. mathjs's parser makes its nodes of classes that it is given, and its own can do all of mathjs:
 * compile, differentiate, write TeX. These hold what was parsed and nothing else, a twentieth of the code.
 *
 * Each says what it is by a property of its prototype, by which the parser knows its nodes.
 */
abstract class Node {
  get isNode(): true {
    return true;
  }
}

export type MathNode =
  | ConstantNode
  | SymbolNode
  | OperatorNode
  | FunctionNode
  | ParenthesisNode
  | AccessorNode
  | OtherNode;

/** A Decimal, or what a keyword stands for: true, false, null, undefined. */
export class ConstantNode extends Node {
  readonly type = 'ConstantNode';
  readonly value: unknown;

  constructor(value: unknown) {
    super();
    this.value = value;
  }

  get isConstantNode(): true {
    return true;
  }
}

export class SymbolNode extends Node {
  readonly type = 'SymbolNode';
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
  }

  get isSymbolNode(): true {
    return true;
  }
}

export class OperatorNode extends Node {
  readonly type = 'OperatorNode';
  /** As written. */
  readonly op: string;
  /** The name of its function in mathjs. */
  readonly fn: string;
  readonly args: readonly MathNode[];
  /** A product without a sign. */
  readonly implicit: boolean;
  /** `x%`, as in 50 + 10%. */
  readonly isPercentage: boolean;

  constructor(op: string, fn: string, args: readonly MathNode[], implicit = false, isPercentage = false) {
    super();
    this.op = op;
    this.fn = fn;
    this.args = args;
    this.implicit = implicit;
    this.isPercentage = isPercentage;
  }

  get isOperatorNode(): true {
    return true;
  }
}

export class FunctionNode extends Node {
  readonly type = 'FunctionNode';
  readonly fn: MathNode;
  readonly args: readonly MathNode[];

  constructor(fn: MathNode, args: readonly MathNode[]) {
    super();
    this.fn = fn;
    this.args = args;
  }

  get isFunctionNode(): true {
    return true;
  }
}

export class ParenthesisNode extends Node {
  readonly type = 'ParenthesisNode';
  readonly content: MathNode;

  constructor(content: MathNode) {
    super();
    this.content = content;
  }
}

/** `object.name` */
export class AccessorNode extends Node {
  readonly type = 'AccessorNode';
  readonly name: string;

  constructor(_object: MathNode, { name }: IndexNode) {
    super();
    this.name = name;
  }

  get isAccessorNode(): true {
    return true;
  }
}

/** What stands behind the dot, as a constant: brackets are no character of arithmetic. */
export class IndexNode {
  readonly name: string;

  constructor([property]: readonly MathNode[]) {
    this.name = property instanceof ConstantNode ? String(property.value) : '';
  }
}

/** Assignments, matrices, conditions and whatever else mathjs can read and is no arithmetic. */
export class OtherNode extends Node {
  readonly type = 'OtherNode';
}
