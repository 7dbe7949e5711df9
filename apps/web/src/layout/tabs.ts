/** Terminals side by side under one tab. */
export interface TabGroup {
  /** Stays when terminals come and go. */
  readonly id: string
  /** Names of terminals, from left to right or from top to bottom. */
  readonly panes: readonly string[]
  readonly direction: 'row' | 'column'
}

export interface Tabs {
  readonly groups: readonly TabGroup[]
  readonly active: number
  /** How many terminals the host ever had: names are not used twice. */
  readonly made: number
}

export const MOST_PANES = 4
const nameOf = (made: number): string => `t${made + 1}`

export function newTab(tabs: Tabs): Tabs {
  const name = nameOf(tabs.made)
  const group: TabGroup = { id: name, panes: [name], direction: 'row' }
  return { groups: [...tabs.groups, group], active: tabs.groups.length, made: tabs.made + 1 }
}

/** One more terminal under the active tab; nothing happens where there are MOST_PANES. */
export function splitTab(tabs: Tabs, direction: TabGroup['direction']): Tabs {
  const group = tabs.groups[tabs.active]
  if (!group || group.panes.length >= MOST_PANES) return tabs
  const split: TabGroup = { ...group, panes: [...group.panes, nameOf(tabs.made)], direction }
  return { ...tabs, groups: tabs.groups.with(tabs.active, split), made: tabs.made + 1 }
}

/** Without the terminal, and without its tab if that was the last one under it. The last terminal of a host stays. */
export function closePane(tabs: Tabs, pane: string): Tabs {
  const groups = tabs.groups
    .map((group) => ({ ...group, panes: group.panes.filter((name) => name !== pane) }))
    .filter(({ panes }) => panes.length > 0)
  if (groups.length === 0) return tabs
  const before = tabs.groups.findIndex(({ panes }) => panes.length === 1 && panes[0] === pane)
  const active = before >= 0 && before < tabs.active ? tabs.active - 1 : tabs.active
  return { ...tabs, groups, active: Math.min(active, groups.length - 1) }
}
