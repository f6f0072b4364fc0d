// Puts small functions where they are called. A call costs the engine what fifteen of its other
// bytecodes cost, and the formats of `firmware/wire` are read by functions of one expression each:
// they stay that way in the sources, and are gone in what a device runs.
//
// Only functions of a module's own level whose body is one expression; parameters are replaced by
// arguments, or by a variable where an argument would be worked out twice or out of turn.

import ts from "typescript";

/** Longer ones gain little and cost flash at each call. */
const BODY_LENGTH_MAX = 240;
const RESULT_LENGTH_MAX = 480;
const DEPTH_MAX = 6;

interface Template {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly body: ts.Expression;
  /** How often each parameter is read. */
  readonly uses: readonly number[];
  /** Names of the module's level that the body needs. */
  readonly free: ReadonlySet<string>;
  /** Nobody may want what it gives. */
  readonly isStatement: boolean;
  /** It only reads, so it does not matter when an argument was read. */
  readonly isCalm: boolean;
}

/** The function that is being written anew. */
interface Place {
  readonly names: ReadonlySet<string>;
  /** Assigned by functions inside it: not to be read later than where it stands. */
  readonly shared: ReadonlySet<string>;
  /** Variables that were added; undefined: it has no place for them. */
  readonly added: string[] | undefined;
}

/** The text of an ES module, with small functions put where they are called. */
export function inlineCalls(text: string): string {
  return new Inliner(text).written();
}

class Inliner {
  private readonly file: ts.SourceFile;
  private readonly templates = new Map<string, Template>();
  private readonly levelNames = new Set<string>();
  private count = 0;

  constructor(private readonly text: string) {
    this.file = ts.createSourceFile(
      "module.js",
      text,
      ts.ScriptTarget.ES2022,
      true,
      ts.ScriptKind.JS,
    );
    for (const statement of this.file.statements) declaredBy(statement, this.levelNames);
    for (const statement of this.file.statements) this.learn(statement);
  }

  written(): string {
    const level: Place = { names: new Set(), shared: new Set(), added: undefined };
    return this.node(this.file, level, NOTHING, []);
  }

  private learn(statement: ts.Statement): void {
    if (!ts.isFunctionDeclaration(statement) || statement.name === undefined) return;
    if (statement.modifiers !== undefined || statement.asteriskToken !== undefined) return;
    const [only, ...others] = statement.body?.statements ?? [];
    if (only === undefined || others.length > 0) return;
    const isStatement = ts.isExpressionStatement(only);
    if (!isStatement && !ts.isReturnStatement(only)) return;
    const body = only.expression;
    if (body === undefined || body.getText().length > BODY_LENGTH_MAX) return;
    const parameters: string[] = [];
    for (const { name, initializer, dotDotDotToken } of statement.parameters) {
      if (!ts.isIdentifier(name) || initializer || dotDotDotToken) return;
      parameters.push(name.text);
    }
    const free = new Set<string>();
    const uses = parameters.map(() => 0);
    const isPlain = everyNode(body, (node) => {
      if (!isReadable(node) || isAssignmentTo(node, parameters)) return false;
      if (!ts.isIdentifier(node) || !isVariable(node)) return true;
      const index = parameters.indexOf(node.text);
      if (index < 0) free.add(node.text);
      else uses[index]!++;
      return true;
    });
    if (!isPlain || free.has(statement.name.text)) return;
    const name = statement.name.text;
    const isCalm = isCalmExpression(body);
    this.templates.set(name, { name, parameters, body, uses, free, isStatement, isCalm });
  }

  /** The node's text, with calls replaced, and names by what `bound` gives them. */
  private node(
    node: ts.Node,
    place: Place,
    bound: ReadonlyMap<string, string>,
    inside: readonly string[],
  ): string {
    if (ts.isIdentifier(node) && isVariable(node)) return bound.get(node.text) ?? node.text;
    if (ts.isCallExpression(node)) {
      const replaced = this.call(node, place, bound, inside);
      if (replaced !== undefined) return replaced;
    }
    if (ts.isFunctionLike(node)) return this.functionLike(node, place, bound, inside);
    return this.children(node, place, bound, inside);
  }

  private children(
    node: ts.Node,
    place: Place,
    bound: ReadonlyMap<string, string>,
    inside: readonly string[],
  ): string {
    let out = "";
    let at = node.getStart(this.file);
    node.forEachChild((child) => {
      const start = child.getStart(this.file);
      out += this.text.slice(at, start) + this.node(child, place, bound, inside);
      at = child.end;
    });
    return out + this.text.slice(at, node.end);
  }

  private functionLike(
    node: ts.SignatureDeclaration,
    outer: Place,
    bound: ReadonlyMap<string, string>,
    inside: readonly string[],
  ): string {
    const { body } = node as ts.FunctionLikeDeclaration;
    const names = new Set(outer.names);
    everyNode(node, (one) => {
      declaredBy(one, names);
      return true;
    });
    const hasBlock = body !== undefined && ts.isBlock(body);
    const added: string[] | undefined = hasBlock ? [] : undefined;
    const place = { names, shared: assignedInside(node), added };
    if (body === undefined) return this.children(node, place, bound, inside);
    // Parameters come before the block's variables, so none can be added for them.
    const head = { ...place, added: undefined };
    let out = "";
    let at = node.getStart(this.file);
    node.forEachChild((child) => {
      const start = child.getStart(this.file);
      const text = this.node(child, child === body ? place : head, bound, inside);
      const declared = child === body && added !== undefined && added.length > 0;
      out += this.text.slice(at, start);
      out += declared ? `{ let ${added.join(", ")};${text.slice(1)}` : text;
      at = child.end;
    });
    return out + this.text.slice(at, node.end);
  }

  private call(
    node: ts.CallExpression,
    place: Place,
    bound: ReadonlyMap<string, string>,
    inside: readonly string[],
  ): string | undefined {
    if (!ts.isIdentifier(node.expression)) return undefined;
    const template = this.templates.get(node.expression.text);
    if (template === undefined || inside.length > DEPTH_MAX) return undefined;
    if (inside.includes(template.name) || place.names.has(template.name)) return undefined;
    if (template.isStatement && !ts.isExpressionStatement(node.parent)) return undefined;
    if ([...template.free].some((name) => place.names.has(name))) return undefined;
    if (node.arguments.length !== template.parameters.length) return undefined;
    if (node.arguments.some((one) => ts.isSpreadElement(one) || !everyNode(one, isNoChange))) {
      return undefined;
    }
    const before = place.added?.length ?? 0;
    const text = this.filled(node, template, place, bound, inside);
    if (text !== undefined && text.length <= RESULT_LENGTH_MAX) return text;
    if (place.added !== undefined) place.added.length = before;
    return undefined;
  }

  private filled(
    node: ts.CallExpression,
    template: Template,
    place: Place,
    bound: ReadonlyMap<string, string>,
    inside: readonly string[],
  ): string | undefined {
    const filled = new Map<string, string>();
    let first = "";
    // When something is done, all that could see it is worked out before, in its order.
    const isCalm = template.isCalm && node.arguments.every(isCalmExpression);
    for (const [i, argument] of node.arguments.entries()) {
      const text = this.node(argument, place, bound, inside);
      const name = template.parameters[i]!;
      const uses = template.uses[i]!;
      const isLater = isFixed(argument, place) || isSum(argument, place) || isCalm;
      if (isLater && isCheap(argument, place, uses)) {
        filled.set(name, `(${text})`);
        continue;
      }
      if (place.added === undefined) return undefined;
      const variable = `$${this.count++}`;
      place.added.push(variable);
      first += `${variable} = ${text}, `;
      filled.set(name, variable);
    }
    const body = this.node(template.body, place, filled, [...inside, template.name]);
    return `(${first}${body})`;
  }
}

const NOTHING: ReadonlyMap<string, string> = new Map();

/** Whether every node below answers true. */
function everyNode(node: ts.Node, answer: (node: ts.Node) => boolean): boolean {
  if (!answer(node)) return false;
  return !node.forEachChild((child) => (everyNode(child, answer) ? undefined : true));
}

/** A name that stands for a variable, and not for a property. */
function isVariable(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name !== node;
  if (ts.isPropertyAssignment(parent)) return parent.name !== node;
  if (ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent))
    return parent.name !== node;
  if (ts.isAccessor(parent)) return parent.name !== node;
  if (ts.isShorthandPropertyAssignment(parent) || ts.isBindingElement(parent)) return false;
  return !ts.isLabeledStatement(parent) && !ts.isBreakOrContinueStatement(parent);
}

/** What may stand in a body that is moved. */
function isReadable(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return node.text !== "arguments";
  return (
    ts.isBinaryExpression(node) ||
    ts.isToken(node) ||
    ts.isLiteralExpression(node) ||
    ts.isPrefixUnaryExpression(node) ||
    ts.isConditionalExpression(node) ||
    ts.isParenthesizedExpression(node) ||
    ts.isElementAccessExpression(node) ||
    ts.isPropertyAccessExpression(node) ||
    ts.isCallExpression(node)
  );
}

/** `x = ...`, `x += ...`, `++x` of one of these names. */
function isAssignmentTo(node: ts.Node, names: readonly string[]): boolean {
  const target = assigned(node);
  return target !== undefined && ts.isIdentifier(target) && names.includes(target.text);
}

function assigned(node: ts.Node): ts.Expression | undefined {
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    const { FirstAssignment, LastAssignment } = ts.SyntaxKind;
    return kind >= FirstAssignment && kind <= LastAssignment ? node.left : undefined;
  }
  if (ts.isPostfixUnaryExpression(node)) return node.operand;
  if (!ts.isPrefixUnaryExpression(node)) return undefined;
  const { operator, operand } = node;
  const changes =
    operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
  return changes ? operand : undefined;
}

function isNoChange(node: ts.Node): boolean {
  return assigned(node) === undefined;
}

/** It changes nothing, and what it reads only others can change. */
function isCalmExpression(node: ts.Expression): boolean {
  return everyNode(node, (one) => {
    if (ts.isCallExpression(one) || ts.isNewExpression(one)) return false;
    return isNoChange(one) && !ts.isFunctionLike(one);
  });
}

/** A literal, or a variable that nobody changes meanwhile. */
function isFixed(node: ts.Expression, place: Place): boolean {
  if (ts.isIdentifier(node)) return !place.shared.has(node.text);
  return ts.isLiteralExpression(node) || node.kind === ts.SyntaxKind.ThisKeyword;
}

/** `at + 2` and the like: it reads no memory that anybody could write. */
function isSum(node: ts.Expression, place: Place): boolean {
  return (
    ts.isBinaryExpression(node) &&
    isNoChange(node) &&
    (isFixed(node.left, place) || isSum(node.left, place)) &&
    isFixed(node.right, place)
  );
}

/** Working it out again costs no more than keeping it. */
function isCheap(node: ts.Expression, place: Place, uses: number): boolean {
  if (uses <= 1 || isFixed(node, place)) return true;
  return uses === 2 && isSum(node, place) && isFixed((node as ts.BinaryExpression).left, place);
}

/** Adds the names that this node alone declares. */
function declaredBy(node: ts.Node, names: Set<string>): void {
  if (ts.isVariableStatement(node)) {
    for (const one of node.declarationList.declarations) declaredBy(one, names);
    return;
  }
  const isDeclaration =
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isClassLike(node);
  if (isDeclaration && node.name !== undefined && ts.isIdentifier(node.name)) {
    names.add(node.name.text);
  }
}

/** Names that functions inside this one assign. */
function assignedInside(node: ts.Node): Set<string> {
  const names = new Set<string>();
  const look = (one: ts.Node, isInside: boolean): void => {
    const target = isInside ? assigned(one) : undefined;
    if (target !== undefined && ts.isIdentifier(target)) names.add(target.text);
    const deeper = isInside || (one !== node && ts.isFunctionLike(one));
    one.forEachChild((child) => look(child, deeper));
  };
  look(node, false);
  return names;
}
