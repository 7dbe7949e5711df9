import type { HostView } from '@drydock/playground/rpc'
import { LogOut, PanelLeftClose, PanelLeftOpen, Plus } from 'lucide-react'
import { memo, useState } from 'react'
import type { SessionClient } from '../../client/session-client.ts'
import { useLayout } from '../../layout/layout-context.ts'
import { useText } from '../../messages/use-text.ts'
import { ConfirmButton } from '../kit/confirm-button.tsx'
import { IconButton } from '../kit/icon-button.tsx'
import type { OverlayState } from '../overlays.tsx'
import { Invitation } from '../tour/invitation.tsx'
import { useTour } from '../tour/use-tour.ts'
import { InstanceItem } from './instance-item.tsx'
import { SessionClock } from './session-clock.tsx'
import { SessionMenu } from './session-menu.tsx'
import styles from './sidebar.module.css'

const MOST_HOSTS = 10

interface Props {
  readonly sessionId: string
  readonly createdMs: number
  readonly hosts: readonly HostView[]
  readonly client: SessionClient
  readonly overlay: OverlayState
  readonly selected: string | undefined
  readonly onSelect: (name: string) => void
  readonly onAdd: () => Promise<void>
}

/** Session clock, CLOSE SESSION, ADD NEW INSTANCE and the instances with what runs in them. */
export const Sidebar = memo(function Sidebar(props: Props) {
  const { sessionId, hosts, client, overlay, selected, onSelect, onAdd } = props
  const text = useText()
  const narrow = useLayout((layout) => layout.narrow)
  const toggleNarrow = useLayout((layout) => layout.toggleNarrow)
  const close = async (): Promise<void> => {
    await client.api.deleteSession(sessionId)
    location.href = location.pathname
  }
  const tour = useTour()
  return (
    <aside data-region className={styles.sidebar} data-narrow={narrow} aria-label={text('session')}>
      <header className={styles.head}>
        <span className={styles.brand}>
          <img src="./favicon.svg" alt="" width="22" height="22" />
          <b>Drydock</b>
        </span>
        <IconButton
          label={text(narrow ? 'widenSidebar' : 'narrowSidebar')}
          className={styles.fold ?? ''}
          onClick={toggleNarrow}
        >
          {narrow ? <PanelLeftOpen /> : <PanelLeftClose />}
        </IconButton>
      </header>
      <div className={styles.session} data-tour="session">
        <SessionMenu client={client} overlay={overlay} current={sessionId} />
        <SessionClock since={props.createdMs} />
      </div>
      <AddInstance full={hosts.length >= MOST_HOSTS} onAdd={onAdd} />
      <nav data-tour="instances" className={styles.instances} aria-label={text('instances')}>
        {hosts.map((host) => (
          <InstanceItem
            key={host.name}
            client={client}
            host={host}
            current={host.name === selected}
            onSelect={onSelect}
          />
        ))}
      </nav>
      <footer className={styles.foot}>
        <Invitation onTour={tour} />
        <ConfirmButton
          className={`button danger ${styles.closeSession}`}
          label={text('closeSession')}
          question={text('closeSessionQuestion')}
          icon={<LogOut aria-hidden="true" />}
          onConfirm={() => void close()}
        />
      </footer>
    </aside>
  )
})

function AddInstance({ full, onAdd }: { full: boolean; onAdd: () => Promise<void> }) {
  const text = useText()
  const [adding, setAdding] = useState(false)
  const add = async (): Promise<void> => {
    setAdding(true)
    await onAdd().finally(() => setAdding(false))
  }
  return (
    <button
      type="button"
      className={`button ${styles.add}`}
      disabled={adding || full}
      aria-label={text('addInstance')}
      title={full ? text('tenInstances') : undefined}
      onClick={() => void add()}
    >
      <Plus aria-hidden="true" />
      <span>{text('addInstance')}</span>
    </button>
  )
}
