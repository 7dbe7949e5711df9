import {
  CircleHelp,
  Command,
  Container,
  Database,
  Eye,
  FolderCode,
  Hammer,
  History,
  Layers,
  Map as MapIcon,
  Network,
  Settings,
} from 'lucide-react'
import { type ComponentType, memo } from 'react'
import { useLayout } from '../../layout/layout-context.ts'
import { PANELS, type PanelName } from '../../layout/layout-store.ts'
import type { MessageKey } from '../../messages/en.ts'
import { useText } from '../../messages/use-text.ts'
import { IconButton } from '../kit/icon-button.tsx'
import type { OverlayState } from '../overlays.tsx'
import styles from './rail.module.css'

export const PANEL_LOOK: Readonly<Record<PanelName, { readonly name: MessageKey; readonly icon: ComponentType }>> = {
  containers: { name: 'containers', icon: Container },
  images: { name: 'images', icon: Layers },
  builds: { name: 'builds', icon: Hammer },
  volumes: { name: 'volumes', icon: Database },
  networks: { name: 'networks', icon: Network },
  map: { name: 'map', icon: MapIcon },
  files: { name: 'files', icon: FolderCode },
  preview: { name: 'preview', icon: Eye },
  timeline: { name: 'timeline', icon: History },
  help: { name: 'help', icon: CircleHelp },
}

/** The panels as pictures at the edge; on a phone along the bottom. */
export const Rail = memo(function Rail({ overlay }: { overlay: OverlayState }) {
  const text = useText()
  const open = useLayout((layout) => layout.panel)
  const toggle = useLayout((layout) => layout.togglePanel)
  return (
    <nav data-region data-tour="panels" className={styles.rail} aria-label={text('panels')}>
      {PANELS.map((panel) => {
        const { name, icon: Icon } = PANEL_LOOK[panel]
        return (
          <IconButton
            key={panel}
            label={text(name)}
            pressed={panel === open}
            data-tour={panel}
            className={styles.panel ?? ''}
            onClick={() => toggle(panel)}
          >
            <Icon />
          </IconButton>
        )
      })}
      <span className={styles.gap} />
      <IconButton
        label={text('palette')}
        keys="Ctrl Shift K"
        className={styles.panel ?? ''}
        onClick={() => overlay.show('palette')}
      >
        <Command />
      </IconButton>
      <IconButton label={text('settings')} className={styles.panel ?? ''} onClick={() => overlay.show('settings')}>
        <Settings />
      </IconButton>
    </nav>
  )
})
