/** A branch of a tree as `npm ls` and `npm fund` draw it; a label may have several lines. */
export interface Branch {
  readonly label: string
  readonly nodes: readonly Branch[]
}

export function drawTree({ label, nodes }: Branch, prefix = ''): string {
  const between = `\n${prefix}${nodes.length > 0 ? '│' : ' '} `
  const below = nodes.map((node, at) => {
    const last = at === nodes.length - 1
    const arm = `${last ? '└' : '├'}─${node.nodes.length > 0 ? '┬' : '─'} `
    return prefix + arm + drawTree(node, `${prefix}${last ? ' ' : '│'} `).slice(prefix.length + 2)
  })
  return `${prefix}${label.split('\n').join(between)}\n${below.join('')}`
}
