/** Settings of an application.properties, or of an application.yml without lists and anchors, by their dotted names. */
export function propertiesOf(name: string, text: string): [string, string][] {
  return /ya?ml$/.test(name) ? yamlProperties(text) : plainProperties(text)
}

function plainProperties(text: string): [string, string][] {
  return text.split('\n').flatMap((line): [string, string][] => {
    const [, key, value] = /^\s*([^#!\s=:][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? []
    return key === undefined ? [] : [[key, value ?? '']]
  })
}

function yamlProperties(text: string): [string, string][] {
  const found: [string, string][] = []
  const path: { readonly indent: number; readonly key: string }[] = []
  for (const line of text.split('\n')) {
    const [, blank = '', key, value = ''] = /^(\s*)([\w.-]+):\s*(.*?)\s*(?:#.*)?$/.exec(line) ?? []
    if (key === undefined) continue
    while ((path.at(-1)?.indent ?? -1) >= blank.length) path.pop()
    path.push({ indent: blank.length, key })
    if (value !== '') found.push([path.map((each) => each.key).join('.'), value.replace(/^(["'])(.*)\1$/, '$2')])
  }
  return found
}
