import type { ASTNode } from './parse-expression.ts';

/** CEL source of a tree. Means the same as what it was read from; operators are put in brackets. */
export function printExpression(node: ASTNode): string {
  switch (node.op) {
    case 'value':
      return node.input.slice(node.start, node.end);
    case 'id':
      return node.args;
    case '.':
    case '.?':
      return `${printExpression(node.args[0])}${node.op}${node.args[1]}`;
    case '[]':
      return `${printExpression(node.args[0])}[${printExpression(node.args[1])}]`;
    case '[?]':
      return `${printExpression(node.args[0])}[?${printExpression(node.args[1])}]`;
    case 'call':
      return `${node.args[0]}(${printAll(node.args[1])})`;
    case 'rcall':
      return `${printExpression(node.args[1])}.${node.args[0]}(${printAll(node.args[2])})`;
    case 'list':
      return `[${printAll(node.args)}]`;
    case 'map':
      return `{${node.args.map(([key, value]) => `${printExpression(key)}: ${printExpression(value)}`).join(', ')}}`;
    case '?:': {
      const [test, yes, no] = node.args;
      return `(${printExpression(test)} ? ${printExpression(yes)} : ${printExpression(no)})`;
    }
    case '!_':
      return `(!${printExpression(node.args)})`;
    case '-_':
      return `(-${printExpression(node.args)})`;
    case '||':
    case '&&':
    case '==':
    case '!=':
    case 'in':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return `(${printExpression(node.args[0])} ${node.op} ${printExpression(node.args[1])})`;
  }
}

function printAll(nodes: readonly ASTNode[]): string {
  return nodes.map(printExpression).join(', ');
}
