import type { Cell } from './protocol.ts'

/** EXPLAIN QUERY PLAN as a tree. eqp_render */
export function queryPlan(rows: readonly (readonly Cell[])[]): string {
  const nodes = rows.map(([id, parent, , detail]) => ({
    id: id?.text ?? '',
    parent: parent?.text ?? '',
    detail: detail?.text ?? '',
  }))
  const below = (parent: string, indent: string): string => {
    const own = nodes.filter((node) => node.parent === parent)
    return own
      .map(({ id, detail }, at) => {
        const last = at === own.length - 1
        return `${indent}${last ? '`--' : '|--'}${detail}\n${below(id, indent + (last ? '   ' : '|  '))}`
      })
      .join('')
  }
  return `QUERY PLAN\n${below('0', '')}`
}
