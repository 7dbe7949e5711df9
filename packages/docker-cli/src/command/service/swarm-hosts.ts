/** `db:10.0.0.1` as hosts(5) writes it. */
export const toSwarmHosts = (words: readonly string[]): string[] =>
  words.flatMap((word) => {
    const at = word.indexOf(':')
    return at < 0 ? [] : [`${word.slice(at + 1)} ${word.slice(0, at)}`]
  })

/** @param remove `db`, or `db:10.0.0.1` for that address alone */
export function changeHosts(before: readonly string[], add: readonly string[], remove: readonly string[]): string[] {
  const removals = remove.map((word) => {
    const at = word.indexOf(':')
    return at < 0 ? { name: word, address: '' } : { name: word.slice(0, at), address: word.slice(at + 1) }
  })
  const kept = before.flatMap((line) => {
    const [address = '', ...names] = line.split(/\s+/).filter(Boolean)
    const left = names.filter(
      (name) => !removals.some((each) => each.name === name && (each.address === '' || each.address === address)),
    )
    return left.length > 0 ? [`${address} ${left.join(' ')}`] : []
  })
  return [...new Set([...kept, ...toSwarmHosts(add)])]
}
