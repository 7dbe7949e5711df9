import { describe, expect, it } from 'vitest'
import { closePane, MOST_PANES, newTab, splitTab, type Tabs } from './tabs.ts'

const one: Tabs = { groups: [{ id: 'main', panes: ['main'], direction: 'row' }], active: 0, made: 1 }

describe('tabs of terminals', () => {
  it('opens new ones at the end, under names not used before', () => {
    const two = newTab(one)
    expect(two.groups.map(({ panes }) => panes)).toEqual([['main'], ['t2']])
    expect(two.active).toBe(1)
    expect(newTab(closePane(two, 't2')).groups.at(-1)?.panes).toEqual(['t3'])
  })

  it('splits the active one, up to a number', () => {
    let tabs = splitTab(one, 'column')
    expect(tabs.groups[0]).toEqual({ id: 'main', panes: ['main', 't2'], direction: 'column' })
    for (let times = 0; times < 5; times++) tabs = splitTab(tabs, 'row')
    expect(tabs.groups[0]?.panes).toHaveLength(MOST_PANES)
  })

  it('keeps the tab that is looked at when one before it closes', () => {
    const three = newTab(newTab(one))
    expect(closePane(three, 't2')).toMatchObject({ active: 1, groups: [{ panes: ['main'] }, { panes: ['t3'] }] })
    expect(closePane(three, 't3').active).toBe(1)
  })

  it('keeps the rest of a split one, whichever of its terminals closes', () => {
    const split = splitTab(one, 'row')
    expect(closePane(split, 'main').groups).toEqual([{ id: 'main', panes: ['t2'], direction: 'row' }])
  })

  it('never closes the last terminal', () => {
    expect(closePane(one, 'main')).toEqual(one)
  })
})
