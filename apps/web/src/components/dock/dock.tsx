import type { HostView, SessionView } from '@drydock/playground/rpc'
import { X } from 'lucide-react'
import { type ComponentType, lazy, memo, Suspense } from 'react'
import type { PortBridges } from '../../client/port-bridges.ts'
import type { SessionClient } from '../../client/session-client.ts'
import { useLayout } from '../../layout/layout-context.ts'
import type { PanelName } from '../../layout/layout-store.ts'
import { useText } from '../../messages/use-text.ts'
import { Catcher } from '../kit/catcher.tsx'
import { IconButton } from '../kit/icon-button.tsx'
import { Splitter } from '../kit/splitter.tsx'
import styles from './dock.module.css'
import { PANEL_LOOK } from './rail.tsx'
import { Scope, useEverywhere } from './scope.tsx'

/** What every panel is given. */
export interface PanelProps {
  readonly view: SessionView
  readonly host: HostView
  readonly client: SessionClient
  readonly bridges: PortBridges
  /** @param host the selected one where none is named */
  readonly onOpenPort: (port: number, host?: string) => void
}

/** Each panel is loaded when it is first opened. */
const PANELS: Readonly<Record<PanelName, ComponentType<PanelProps>>> = {
  containers: lazy(() => import('../containers/containers-panel.tsx')),
  images: lazy(() => import('../images/images-panel.tsx')),
  builds: lazy(() => import('../builds/builds-panel.tsx')),
  volumes: lazy(() => import('../volumes/volumes-panel.tsx')),
  networks: lazy(() => import('../networks/networks-panel.tsx')),
  map: lazy(() => import('../map/map-panel.tsx')),
  files: lazy(() => import('../files/files-panel.tsx')),
  preview: lazy(() => import('../preview/preview-panel.tsx')),
  timeline: lazy(() => import('../timeline/timeline-panel.tsx')),
  help: lazy(() => import('../help/help-panel.tsx')),
}

/** The panel beside the terminals, if one is open. */
export const Dock = memo(function Dock(props: PanelProps) {
  const text = useText()
  const panel = useLayout((layout) => layout.panel)
  const part = useLayout((layout) => layout.panelPart)
  const setPart = useLayout((layout) => layout.setPanelPart)
  const showPanel = useLayout((layout) => layout.showPanel)
  const everywhere = useEverywhere(props.view)
  if (!panel) return null
  const Panel = PANELS[panel]
  const name = text(PANEL_LOOK[panel].name)
  return (
    <aside data-region className={styles.dock} style={{ width: `${100 * part}%` }} aria-label={name}>
      <Splitter label={text('panelWidth')} orientation="vertical" part={part} onChange={setPart} />
      <div className={styles.panel}>
        <header className={styles.head}>
          <h2>{name}</h2>
          <Scope panel={panel} view={props.view} host={props.host.name} />
          <IconButton label={text('closePanel')} onClick={() => showPanel(undefined)}>
            <X />
          </IconButton>
        </header>
        <div className={styles.body}>
          <Suspense fallback={<p className={styles.loading}>{text('loading')}</p>}>
            <Catcher
              key={`${panel} ${everywhere || props.host.name}`}
              title={text('panelBroken')}
              again={text('brokenAction')}
            >
              <Panel {...props} />
            </Catcher>
          </Suspense>
        </div>
      </div>
    </aside>
  )
})
