import type { Assignment, Command, Condition, List, Redirect, Word } from './ast.ts'

/** The text of a command as bash prints it: for jobs on one line, for `declare -f` over many. */
export const commandText = (command: Command): string => new Printer(false).command(command, '')
export const functionText = (name: string, body: Command): string =>
  `${name} () \n${new Printer(true).functionBody(body)}`
/** As it goes into the environment, where every line is indented by one. */
export const exportedText = (body: Command): string => `() ${new Printer(true, true).functionBody(body)}`

const words = (list: readonly Word[]): string => list.map((word) => word.source).join(' ')

class Printer {
  private readonly lines: boolean
  private readonly flat: boolean
  private readonly heredocs: string[] = []

  constructor(lines: boolean, flat = false) {
    this.lines = lines
    this.flat = flat
  }

  functionBody(body: Command): string {
    const indent = this.deeper('')
    const start = this.flat ? '{ ' : '{ \n'
    if (body.type === 'group') return `${start}${this.list(body.body, indent)}\n}${this.redirects(body.redirects)}`
    return `${start}${indent}${this.command(body, indent)}\n}`
  }

  private deeper(indent: string): string {
    return this.flat ? ' ' : `${indent}    `
  }

  private redirects(list: readonly Redirect[]): string {
    return list.map((each) => ` ${this.redirect(each)}`).join('')
  }

  private redirect({ operator, fd, variable, target, body }: Redirect): string {
    if (body) this.heredocs.push(`${body.source}${target.source.replace(/['"\\]/g, '')}\n`)
    const head = variable ? `{${variable}}` : (fd ?? (operator === '>&' && /^\d/.test(target.source) ? 1 : ''))
    return `${head}${operator}${operator.endsWith('&') || (operator.startsWith('<<') && operator !== '<<<') ? '' : ' '}${target.source}`
  }

  private list(list: List, indent: string): string {
    return list.items
      .map(({ command, background }, at) => {
        const text = this.command(command, indent)
        const last = at === list.items.length - 1
        const end = background ? ' &' : last || this.heredocs.length ? '' : ';'
        const bodies = this.heredocs.splice(0).join('')
        return indent + text + end + (bodies ? `\n${bodies}` : '')
      })
      .join('\n')
  }

  private block(list: List, indent: string): string {
    if (this.lines)
      return `\n${this.list(list, this.deeper(indent))}${this.heredocs.length ? '' : list.items.at(-1)?.background ? '' : ';'}\n${indent}`
    return ` ${list.items.map(({ command, background }) => this.command(command, '') + (background ? ' &' : ';')).join(' ')} `
  }

  private inline(list: List, indent: string): string {
    return list.items
      .map(({ command, background }) => this.command(command, indent) + (background ? ' &' : ''))
      .join('; ')
  }

  command(command: Command, indent: string): string {
    const redirects = 'redirects' in command ? this.redirects(command.redirects) : ''
    return this.bare(command, indent) + redirects
  }

  private bare(command: Command, indent: string): string {
    switch (command.type) {
      case 'simple':
        return this.simple(command)
      case 'pipeline': {
        const text = command.commands.map((each) => this.command(each, indent)).join(' | ')
        return `${command.timed ? `${command.timed} ` : ''}${command.negated ? '! ' : ''}${text}`
      }
      case 'and':
      case 'or':
        return `${this.command(command.left, indent)} ${command.type === 'and' ? '&&' : '||'} ${this.command(command.right, indent)}`
      case 'list':
        return this.inline(command, indent)
      case 'subshell':
        return `( ${this.lines ? this.list(command.body, indent).slice(indent.length) : this.inline(command.body, indent)} )`
      case 'group':
        return this.lines
          ? `{ ${this.block(command.body, indent).replace(/;\n(\s*)$/, '\n$1')}}`
          : `{ ${this.inline(command.body, indent)}; }`
      case 'if':
        return this.conditional(command, indent)
      case 'while':
        return `${command.until ? 'until' : 'while'} ${this.inline(command.test, indent)}; do${this.block(command.body, indent)}done`
      case 'for':
      case 'select':
        return `${command.type} ${command.name}${command.words ? ` in ${words(command.words)}` : ''};${this.lines ? `\n${indent}` : ' '}do${this.block(command.body, indent)}done`
      case 'arithmetic-for':
        return `for ((${command.start.source}; ${command.test.source.trim()}; ${command.step.source.trim()}))${this.lines ? `\n${indent}` : '; '}do${this.block(command.body, indent)}done`
      case 'case':
        return this.cases(command, indent)
      case 'arithmetic':
        return `((${command.expression.source}))`
      case 'conditional':
        return `[[ ${condition(command.expression)} ]]`
      case 'function':
        return `function ${command.name} () ${this.lines ? `\n${indent}` : ''}${this.command(command.body, indent)}`
      case 'coproc':
        return `coproc ${command.name} ${this.command(command.body, indent)}`
    }
  }

  private simple({ assignments, words: list, declarations }: Command & { type: 'simple' }): string {
    const shown = list.map((word, at) => {
      const declared = declarations?.get(at)
      return declared ? assignment(declared) : word.source
    })
    return [...assignments.map(assignment), ...shown].join(' ')
  }

  private conditional({ clauses, otherwise }: Command & { type: 'if' }, indent: string): string {
    const [first, ...rest] = clauses
    const head = first ? `if ${this.inline(first.test, indent)}; then${this.block(first.body, indent)}` : ''
    const tail = rest.length
      ? `else${this.block({ type: 'list', items: [{ command: { type: 'if', clauses: rest, redirects: [], line: 0, ...(otherwise ? { otherwise } : {}) }, background: false, line: 0 }] }, indent)}`
      : otherwise
        ? `else${this.block(otherwise, indent)}`
        : ''
    return `${head}${tail}fi`
  }

  private cases({ word, items }: Command & { type: 'case' }, indent: string): string {
    const inner = this.deeper(indent)
    const body = items.map(({ patterns, body: list, end }) => {
      const text = this.lines ? `\n${this.list(list, this.deeper(inner))}\n${inner}` : ` ${this.inline(list, '')} `
      return `${this.lines ? inner : ''}${patterns.map((each) => each.source).join(' | ')})${text}${end}${this.lines ? '\n' : ' '}`
    })
    return `case ${word.source} in ${this.lines ? '\n' : ''}${body.join('')}${this.lines ? indent : ''}esac`
  }
}

const assignment = ({ name, index, append, value, array }: Assignment): string => {
  const text = array
    ? `(${array.map((each) => `${each.index ? `[${each.index.source}]=` : ''}${each.value.source}`).join(' ')})`
    : (value?.source ?? '')
  return `${name}${index ? `[${index.source}]` : ''}${append ? '+=' : '='}${text}`
}

function condition(node: Condition): string {
  switch (node.kind) {
    case 'not':
      return `! ${condition(node.operand)}`
    case 'group':
      return `( ${condition(node.operand)} )`
    case 'and':
      return `${condition(node.left)} && ${condition(node.right)}`
    case 'or':
      return `${condition(node.left)} || ${condition(node.right)}`
    case 'unary':
      return `${node.operator} ${node.operand.source}`
    case 'binary':
      return `${node.left.source} ${node.operator} ${node.right.source}`
    case 'word':
      return `-n ${node.word.source}`
  }
}
