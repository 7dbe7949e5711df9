import type { Expr, Func, Import, SourceFile, Stmt, Type } from '../syntax.ts'
import { GoError, literalText } from '../tokens.ts'
import { StatementParser } from './statements.ts'

/** A whole file. go.dev/ref/spec#Declarations_and_scope */
export class DeclarationParser extends StatementParser {
  file(): SourceFile {
    if (!this.is('package')) this.unexpected('package statement must be first')
    this.step()
    const name = this.name()
    this.end()
    const imports: Import[] = []
    while (this.is('import')) imports.push(...this.imports())
    const funcs: Func[] = []
    const types: { name: string; type: Type }[] = []
    const vars: (Stmt & { kind: 'var' })[] = []
    while (this.token.kind !== 'end') {
      if (this.is('func')) funcs.push(this.func())
      else if (this.is('type')) types.push(...this.types())
      else if (this.is('var') || this.is('const')) vars.push(...this.vars())
      else if (this.is('import'))
        throw new GoError(this.token.at, 'syntax error: imports must appear before other declarations')
      else throw new GoError(this.token.at, 'syntax error: non-declaration statement outside function body')
      this.end()
    }
    return { package: name.name, imports, funcs, types, vars }
  }

  protected imports(): Import[] {
    this.step()
    const found = this.group(() => {
      const own = this.token.kind === 'name' ? this.step().text : this.take('.') ? '.' : undefined
      const { at, kind, text } = this.step()
      if (kind !== 'string') throw new GoError(at, 'syntax error: missing import path; require quoted string')
      const path = literalText(text)
      return { path, name: own ?? path.split('/').at(-1) ?? '', at }
    })
    this.end()
    return found
  }

  protected types(): { name: string; type: Type }[] {
    this.step()
    return this.group(() => {
      const { name } = this.name()
      this.take('=')
      return { name, type: this.type() }
    })
  }

  protected vars(): (Stmt & { kind: 'var' })[] {
    const constant = this.step().text === 'const'
    let before: readonly Expr[] = []
    let beforeType: Type | undefined
    return this.group((iota) => {
      const names = this.list(() => this.name())
      let type = this.is('=', ';', ')') ? undefined : this.type()
      let values = this.take('=') ? this.exprs() : []
      if (constant && values.length === 0) [values, type] = [[...before], beforeType]
      else [before, beforeType] = [values, type]
      return { kind: 'var', names, type, values, ...(constant ? { iota } : {}) }
    })
  }

  protected func(): Func {
    const { at } = this.step()
    let receiver: Func['receiver']
    if (this.is('(')) {
      const [self] = this.params()
      const type = self?.type
      const pointer = type?.kind === 'pointer'
      const named = type?.kind === 'pointer' ? type.of : type
      receiver = { name: self?.name ?? '', type: named?.kind === 'name' ? named.name : '', pointer }
    }
    const { name } = this.name()
    if (this.is('[')) throw new GoError(this.token.at, 'type parameters are not simulated here')
    const signature = this.signature()
    if (this.token.automatic && this.tokens[this.at + 1]?.text === '{')
      throw new GoError(this.token.at, 'syntax error: unexpected semicolon or newline before {')
    if (!this.is('{')) this.unexpected('', 'after top level declaration')
    return { kind: 'func', ...signature, body: this.block(), at, name, receiver }
  }
}
