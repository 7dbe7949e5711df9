import {
  Columns2,
  Compass,
  Contrast,
  ExternalLink,
  Languages,
  LayoutTemplate,
  Maximize,
  Moon,
  Plus,
  Presentation,
  RotateCcw,
  RotateCw,
  Rows2,
  Server,
  Search,
  Settings,
  Share2,
  Square,
  SquareTerminal,
  Sun,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { CONTAINER_ACTIONS } from '../../engine/container-actions.ts'
import { isLive, nameOf } from '../../engine/container-facts.ts'
import { useEngineOrNothing } from '../../engine/engine-stores.ts'
import { useEngineTask } from '../../engine/use-engine-task.ts'
import { useLayout } from '../../layout/layout-context.ts'
import { PANELS } from '../../layout/layout-store.ts'
import { useText } from '../../messages/use-text.ts'
import { useSettings } from '../../settings/use-settings.ts'
import { nextRedo, nextUndo } from '../../timeline/moments.ts'
import { PANEL_LOOK } from '../dock/rail.tsx'
import type { OverlayProps } from '../overlays.tsx'
import { useTour } from '../tour/use-tour.ts'

export interface PaletteEntry {
  readonly label: string
  readonly icon: ReactNode
  readonly aside?: string | undefined
  readonly run: () => void
}
export interface PaletteGroup {
  readonly heading: string
  readonly entries: readonly PaletteEntry[]
}

export function usePaletteEntries(props: OverlayProps): readonly PaletteGroup[] {
  const text = useText()
  const groups = [
    { heading: text('instances'), entries: useInstanceEntries(props) },
    { heading: text('terminals'), entries: useTerminalEntries(props) },
    { heading: text('timeline'), entries: useTimelineEntries(props) },
    { heading: text('panels'), entries: usePanelEntries() },
    { heading: text('containers'), entries: useContainerEntries(props.host?.name ?? '') },
    { heading: text('settings'), entries: useSettingsEntries(props) },
  ]
  return groups.filter(({ entries }) => entries.length > 0)
}

function useInstanceEntries({ view, host, onSelect, onAdd, onOpenPort }: OverlayProps): readonly PaletteEntry[] {
  const text = useText()
  return [
    { label: text('addInstance'), icon: <Plus />, aside: 'Alt Shift N', run: () => void onAdd() },
    ...view.hosts.map(({ name, address }, index) => ({
      label: text('goTo', { name }),
      icon: <Server />,
      aside: index < 9 ? `${address}   Alt Shift ${index + 1}` : address,
      run: () => onSelect(name),
    })),
    ...[...new Set(host?.ports.map(({ port }) => port))].map((port) => ({
      label: text('openPortNumber', { port }),
      icon: <ExternalLink />,
      run: () => onOpenPort(port),
    })),
  ]
}

function useTerminalEntries({ host }: OverlayProps): readonly PaletteEntry[] {
  const text = useText()
  const { addTab, split } = useLayout((layout) => layout)
  if (!host) return []
  return [
    { label: text('newTerminal'), icon: <SquareTerminal />, aside: 'Alt Shift T', run: () => addTab(host.name) },
    { label: text('splitRight'), icon: <Columns2 />, run: () => split(host.name, 'row') },
    { label: text('splitDown'), icon: <Rows2 />, run: () => split(host.name, 'column') },
    { label: text('searchTerminal'), icon: <Search />, aside: 'Ctrl Shift F', run: openSearch },
    { label: text('fullScreen'), icon: <Maximize />, aside: 'Alt Enter', run: toggleFullScreen },
  ]
}

function useTimelineEntries({ travel, view }: OverlayProps): readonly PaletteEntry[] {
  const text = useText()
  const [undo, redo] = [nextUndo(view.moments), nextRedo(view.moments)]
  return [
    ...(undo
      ? [
          {
            label: text('undoOf', { command: undo.command }),
            icon: <RotateCcw />,
            aside: 'Alt Shift Z',
            run: travel.undo,
          },
        ]
      : []),
    ...(redo
      ? [
          {
            label: text('redoOf', { command: redo.command }),
            icon: <RotateCw />,
            aside: 'Alt Shift Y',
            run: travel.redo,
          },
        ]
      : []),
  ]
}

/** In the terminal that has or had the focus. */
const openSearch = (): void => void setTimeout(() => dispatchEvent(new CustomEvent('drydock-search')))

const toggleFullScreen = (): void =>
  void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen())

function usePanelEntries(): readonly PaletteEntry[] {
  const text = useText()
  const showPanel = useLayout((layout) => layout.showPanel)
  return PANELS.map((panel) => {
    const { name, icon: Icon } = PANEL_LOOK[panel]
    return { label: text(name), icon: <Icon />, run: () => showPanel(panel) }
  })
}

function useContainerEntries(host: string): readonly PaletteEntry[] {
  const text = useText()
  const { containers } = useEngineOrNothing(host)
  const { perform } = useEngineTask(host)
  const runInTerminal = useLayout((layout) => layout.runInTerminal)
  return containers.flatMap((container) => {
    const name = nameOf(container)
    const act = (action: 'start' | 'stop' | 'restart', icon: ReactNode): PaletteEntry[] =>
      CONTAINER_ACTIONS[action].fits(container)
        ? [
            {
              label: `${text(CONTAINER_ACTIONS[action].name)}: ${name}`,
              icon,
              aside: container.Image,
              run: () =>
                void perform({
                  command: CONTAINER_ACTIONS[action].command(container),
                  done: text('actionDone', { action: text(CONTAINER_ACTIONS[action].name), name }),
                  run: (client) => CONTAINER_ACTIONS[action].run(client, container),
                }),
            },
          ]
        : []
    const shell = {
      label: `${text('shellInside')}: ${name}`,
      icon: <SquareTerminal />,
      run: () => runInTerminal(host, `docker exec -it ${name} sh`),
    }
    return [
      ...(isLive(container) ? [shell] : []),
      ...act('start', <RotateCw />),
      ...act('stop', <Square />),
      ...act('restart', <RotateCw />),
    ]
  })
}

function useSettingsEntries({ overlay }: OverlayProps): readonly PaletteEntry[] {
  const text = useText()
  const { presentation, change } = useSettings((settings) => settings)
  const tour = useTour()
  return [
    { label: text('takeAlong'), icon: <Share2 />, run: () => overlay.show('share') },
    { label: text('newFromTemplate'), icon: <LayoutTemplate />, run: () => overlay.show('templates') },
    { label: text('tour'), icon: <Compass />, run: tour },
    { label: text('settings'), icon: <Settings />, run: () => overlay.show('settings') },
    { label: text('presentation'), icon: <Presentation />, run: () => change({ presentation: !presentation }) },
    { label: text('themeLight'), icon: <Sun />, run: () => change({ theme: 'light' }) },
    { label: text('themeDark'), icon: <Moon />, run: () => change({ theme: 'dark' }) },
    { label: text('themeContrast'), icon: <Contrast />, run: () => change({ theme: 'contrast' }) },
    { label: 'English', icon: <Languages />, run: () => change({ language: 'en' }) },
    { label: '한국어', icon: <Languages />, run: () => change({ language: 'ko' }) },
  ]
}
