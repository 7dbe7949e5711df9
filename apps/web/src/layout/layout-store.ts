import { createStore, type StoreApi } from 'zustand/vanilla'
import { createJSONStorage, persist } from 'zustand/middleware'
import { closePane, newTab, splitTab, type TabGroup, type Tabs } from './tabs.ts'

/** What can stand beside the terminals. */
export const PANELS = [
  'containers',
  'images',
  'builds',
  'volumes',
  'networks',
  'map',
  'files',
  'preview',
  'timeline',
  'help',
] as const
export type PanelName = (typeof PANELS)[number]

interface LayoutValues {
  /** The panel beside the terminals, if one is open. */
  readonly panel: PanelName | undefined
  /** The panel's part of the width, 0.2 to 0.8. */
  readonly panelPart: number
  /** Whether lists are of all instances, not only of the selected one. */
  readonly everywhere: boolean
  /** Whether the sidebar shows only icons. */
  readonly narrow: boolean
  /** Terminals of each host. */
  readonly tabs: Readonly<Record<string, Tabs>>
  /** The port that the preview shows, by host. */
  readonly previews: Readonly<Record<string, number>>
}

/** A command for a terminal that is just being opened. */
export interface Errand {
  readonly host: string
  readonly pane: string
  readonly command: string
}

/** An object of one of the engines: its id, or its name where it has none. */
export interface Chosen {
  readonly host: string
  readonly id: string
}

export interface Layout extends LayoutValues {
  /** What the panel that is just being opened shows in detail. */
  readonly wanted: Chosen | undefined
  readonly errands: readonly Errand[]
  showPanel(panel: PanelName | undefined): void
  togglePanel(panel: PanelName): void
  /** Opens the panel at one of its objects. */
  inspect(panel: PanelName, wanted: Chosen): void
  /** What was wanted is shown. */
  shown(): void
  setPanelPart(part: number): void
  showEverywhere(everywhere: boolean): void
  toggleNarrow(): void
  addTab(host: string): void
  split(host: string, direction: TabGroup['direction']): void
  activate(host: string, tab: number): void
  close(host: string, pane: string): void
  preview(host: string, port: number): void
  /** Opens a terminal and types the command there. */
  runInTerminal(host: string, command: string): void
  /** What is to be typed into a terminal that has its prompt now; told once. */
  takeErrand(host: string, pane: string): string | undefined
}

export type LayoutStore = StoreApi<Layout>

/** The first terminal of a host has this name; it is there before any layout is known. */
export const FIRST_TABS: Tabs = { groups: [{ id: 'main', panes: ['main'], direction: 'row' }], active: 0, made: 1 }

export const tabsOf = (layout: LayoutValues, host: string): Tabs => layout.tabs[host] ?? FIRST_TABS

const within = (part: number): number => Math.min(0.8, Math.max(0.2, part))

/** How the page is laid out, kept for each session in this browser. */
export function createLayoutStore(sessionId: string): LayoutStore {
  return createStore<Layout>()(
    persist(
      (set, get) => {
        const change = (host: string, next: (tabs: Tabs) => Tabs): void => {
          set((layout) => ({ tabs: { ...layout.tabs, [host]: next(tabsOf(layout, host)) } }))
        }
        return {
          panel: undefined,
          panelPart: 0.45,
          everywhere: false,
          narrow: false,
          tabs: {},
          previews: {},
          errands: [],
          wanted: undefined,
          showPanel: (panel) => set({ panel, wanted: undefined }),
          togglePanel: (panel) =>
            set((layout) => ({ panel: layout.panel === panel ? undefined : panel, wanted: undefined })),
          inspect: (panel, wanted) => set({ panel, wanted }),
          shown: () => set({ wanted: undefined }),
          setPanelPart: (part) => set({ panelPart: within(part) }),
          showEverywhere: (everywhere) => set({ everywhere }),
          toggleNarrow: () => set((layout) => ({ narrow: !layout.narrow })),
          addTab: (host) => change(host, newTab),
          split: (host, direction) => change(host, (tabs) => splitTab(tabs, direction)),
          activate: (host, active) => change(host, (tabs) => ({ ...tabs, active })),
          close: (host, pane) => change(host, (tabs) => closePane(tabs, pane)),
          preview: (host, port) =>
            set((layout) => ({ panel: 'preview', previews: { ...layout.previews, [host]: port } })),
          runInTerminal: (host, command) => {
            change(host, newTab)
            const pane = tabsOf(get(), host).groups.at(-1)?.id ?? ''
            set((layout) => ({ errands: [...layout.errands, { host, pane, command }] }))
          },
          takeErrand: (host, pane) => {
            const mine = (errand: Errand): boolean => errand.host === host && errand.pane === pane
            const found = get().errands.find(mine)
            if (found) set((layout) => ({ errands: layout.errands.filter((errand) => !mine(errand)) }))
            return found?.command
          },
        }
      },
      {
        partialize: ({ panel, panelPart, everywhere, narrow, tabs, previews }) => ({
          panel,
          panelPart,
          everywhere,
          narrow,
          tabs,
          previews,
        }),
        name: `drydock.layout.${sessionId}`,
        version: 1,
        storage: createJSONStorage(() => localStorage),
      },
    ),
  )
}
