/** What a compose file is made of. */
export type Node = string | number | boolean | readonly Node[] | { readonly [key: string]: Node | undefined }

/** Block style; strings stand bare where YAML 1.2 and 1.1 both read them as what they are, and in JSON's quotes elsewhere. */
export function printYaml(node: Node, indent = ''): string {
  if (Array.isArray(node)) return node.map((item) => `${indent}- ${nested(item as Node, `${indent}  `, true)}`).join('')
  if (typeof node !== 'object') return `${scalar(node)}\n`
  return Object.entries(node)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${indent}${scalar(key)}:${child(value, indent)}`]))
    .join('')
}

function child(value: Node, indent: string): string {
  if (typeof value !== 'object') return ` ${scalar(value)}\n`
  if (Object.keys(value).length === 0) return Array.isArray(value) ? ' []\n' : ' {}\n'
  return `\n${printYaml(value, `${indent}  `)}`
}

const nested = (item: Node, indent: string, inList: boolean): string =>
  typeof item === 'object' && inList ? printYaml(item, indent).trimStart() : printYaml(item)

const PLAIN = /^[A-Za-z_./][\w./@%+-]*$/
const WORDS = /^(y|yes|n|no|true|false|on|off|null|~)$/i

function scalar(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value)
  return PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value)
}
