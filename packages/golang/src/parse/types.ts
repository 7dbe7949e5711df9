import type { Expr, Field, Name, Parameter, Type } from '../syntax.ts'
import { literalText } from '../tokens.ts'
import { Cursor } from './cursor.ts'

/** Types, and what functions take and give. go.dev/ref/spec#Types */
export abstract class TypeParser extends Cursor {
  protected abstract expr(): Expr

  protected type(): Type {
    if (this.take('*')) return { kind: 'pointer', of: this.type() }
    if (this.take('(')) {
      const inner = this.type()
      this.expect(')', 'in type')
      return inner
    }
    if (this.take('<-')) return this.type()
    if (this.take('[')) {
      if (this.take(']')) return { kind: 'slice', of: this.type() }
      const length = this.take('...') ? undefined : this.expr()
      this.expect(']', 'in type')
      return { kind: 'array', length, of: this.type() }
    }
    if (this.take('map')) {
      this.expect('[', 'in map type')
      const key = this.type()
      this.expect(']', 'in map type')
      return { kind: 'map', key, of: this.type() }
    }
    if (this.take('chan')) {
      this.take('<-')
      return { kind: 'chan', of: this.type() }
    }
    if (this.take('struct')) return { kind: 'struct', fields: this.fields() }
    if (this.take('interface')) {
      this.skipBraces()
      return { kind: 'interface' }
    }
    if (this.take('func')) {
      this.signature()
      return { kind: 'func' }
    }
    if (this.token.kind !== 'name') this.unexpected('expected type')
    const { text, at } = this.step()
    const name = this.is('.') && this.step() ? `${text}.${this.name().name}` : text
    return { kind: 'name', name, at }
  }

  protected skipBraces(): void {
    this.expect('{', 'after interface')
    for (let depth = 1; depth > 0; ) {
      if (this.is('{')) depth++
      if (this.is('}')) depth--
      if (this.token.kind === 'end') this.unexpected('expected }')
      this.step()
    }
  }

  protected fields(): Field[] {
    this.expect('{', 'after struct')
    const fields: Field[] = []
    while (!this.is('}')) {
      const pointer = this.is('*')
      const next = this.tokens[this.at + 1]
      const embedded =
        pointer || (next?.kind === 'sign' && [';', '.', '}'].includes(next.text)) || next?.kind === 'string'
      const names = embedded ? [] : this.list(() => this.name())
      const type = this.type()
      const tag = this.token.kind === 'string' ? literalText(this.step().text) : ''
      const inner = type.kind === 'pointer' ? type.of : type
      if (embedded)
        fields.push({ name: inner.kind === 'name' ? (inner.name.split('.').at(-1) ?? '') : '', type, embedded, tag })
      for (const { name } of names) fields.push({ name, type, embedded, tag })
      this.end()
    }
    this.step()
    return fields
  }

  protected signature(): { params: Parameter[]; results: Parameter[] } {
    const params = this.params()
    if (this.is('(')) return { params, results: this.params() }
    const none = this.is('{', ';', ')', ',', ']', '}', '=', ':=', ':') || ['string', 'end'].includes(this.token.kind)
    return { params, results: none ? [] : [{ name: '', type: this.type(), variadic: false }] }
  }

  /** Names share the type that follows; without names there are types alone. */
  protected params(): Parameter[] {
    this.expect('(', 'in parameter list')
    const found: { name: Name | undefined; type: Type | undefined; variadic: boolean }[] = []
    while (!this.is(')')) {
      const variadic = this.take('...')
      const first = variadic ? undefined : this.token
      const type = this.type()
      const more = first?.kind === 'name' && !this.is(',', ')')
      if (more) {
        const rest = this.take('...')
        found.push({ name: { name: first.text, at: first.at }, type: this.type(), variadic: rest })
      } else found.push({ name: undefined, type, variadic })
      if (!this.take(',')) break
    }
    this.expect(')', 'in parameter list')
    if (!found.some(({ name }) => name))
      return found.map(({ type, variadic }) => ({ name: '', type: type as Type, variadic }))
    let last: { type: Type; variadic: boolean } = { type: { kind: 'interface' }, variadic: false }
    return found
      .toReversed()
      .map(({ name, type, variadic }) => {
        if (name) last = { type: type as Type, variadic }
        return { name: name?.name ?? (type?.kind === 'name' ? type.name : ''), ...last }
      })
      .toReversed()
  }
}
