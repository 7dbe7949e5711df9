import { FieldBuilder } from './field-builder.ts'

/** Builds a regular expression: what was quoted matches itself. */
export class RegexBuilder extends FieldBuilder {
  private out = ''
  override quoted(text: string): void {
    this.out += text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  }
  override literal(text: string): void {
    this.out += text
  }
  override whole(): string {
    return this.out
  }
}

/** Builds the replacement of `${x/y/z}`: an unquoted & becomes a mark. */
export class ReplacementBuilder extends FieldBuilder {
  private out = ''
  override quoted(text: string): void {
    this.out += text
  }
  override literal(text: string): void {
    this.out += text.replace(/\\([^])|&/g, (_, quoted?: string) => quoted ?? '\0&')
  }
  override whole(): string {
    return this.out
  }
}
