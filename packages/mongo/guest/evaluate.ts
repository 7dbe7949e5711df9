/** Runs a script's text in the global scope, where its names stay. @returns the value of its last statement */
export function evaluate(text: string): unknown {
  // oxlint-disable-next-line no-eval -- evaluating what is typed is the task
  return (0, eval)(lasting(asExpression(text)))
}

/** What begins with a brace is a document, unless it is a block. */
const asExpression = (text: string): string => (/^\s*\{[^;]*\}\s*$/s.test(text) ? `(${text})` : text)

/** `let`, `const` and `class` at the beginning of a line outlive it here; calls need no `await`, for none is a promise. */
const lasting = (text: string): string =>
  text
    .replaceAll(/^(?:let|const)\s/gm, 'var ')
    .replaceAll(/^class\s+(\w+)/gm, 'var $1 = class $1')
    .replaceAll(/^(\s*(?:(?:var|let|const)\s+[\w{},\s]+=\s*)?)await\s/gm, '$1')

/** Whether an error says that the text goes on in the next line. */
export const isUnfinished = (error: unknown): boolean =>
  error instanceof SyntaxError &&
  /unexpected end|unexpected token(?: in expression)?: ''|expecting '[})\]]'|unterminated|end of input/i.test(
    error.message,
  )
