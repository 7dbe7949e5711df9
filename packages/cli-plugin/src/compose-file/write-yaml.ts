import { Document, Scalar, visit } from 'yaml'
import { resolvePlain } from './plain-scalar.ts'

/** As go-yaml writes it, two blanks deep. @param value maps, lists and scalars */
export function writeYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false })
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string') node.type = styleOf(node.value)
    },
  })
  return document.toString({ indent: 2, lineWidth: 0, singleQuote: true, nullStr: 'null' })
}

/** Words that an old reader takes for a truth value, and numbers to the base of sixty. */
const AMBIGUOUS = /^(?:y|yes|on|n|no|off)$|^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?$|^\d{4}-\d\d?-\d\d?(?:[Tt\s].*)?$/i
function styleOf(text: string): Scalar.Type {
  if (text.includes('\n')) return Scalar.BLOCK_LITERAL
  return typeof resolvePlain(text) === 'string' && !AMBIGUOUS.test(text) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE
}
