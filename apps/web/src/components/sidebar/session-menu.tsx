import type { SessionSummary } from '@drydock/playground/rpc'
import { ChevronsUpDown, FileDown, FileUp, LayoutTemplate, Plus, Share2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { newSessionId } from '../../client/session-address.ts'
import type { SessionClient } from '../../client/session-client.ts'
import { openDroppedSessions, openSessionFile } from '../../client/session-drop.ts'
import { useText } from '../../messages/use-text.ts'
import { handOver } from '../files/file-paths.ts'
import { Menu, type MenuItem } from '../kit/menu.tsx'
import { useToasts } from '../kit/toasts.tsx'
import type { OverlayState } from '../overlays.tsx'
import styles from './session-menu.module.css'

const open = (id: string): void => location.assign(`?session=${id}`)

interface Props {
  readonly client: SessionClient
  readonly overlay: OverlayState
  readonly current: string
}

/** Which session this is, and the way to the others that this browser keeps. */
export function SessionMenu({ client, overlay, current }: Props) {
  const text = useText()
  const [sessions, setSessions] = useState<readonly SessionSummary[]>([])
  const read = (): void => void client.api.sessions().then(setSessions)
  useEffect(read, [client])
  const say = useToasts((state) => state.say)
  const picker = useRef<HTMLInputElement>(null)
  useEffect(() => openDroppedSessions(client, ({ message }) => say({ tone: 'danger', text: message })), [client])
  const attempt = (act: () => Promise<void>): void =>
    void act().catch((error: Error) => say({ tone: 'danger', text: error.message }))
  const save = async (): Promise<void> => {
    const bytes = await client.api.exportSession()
    handOver(new Blob([bytes as Uint8Array<ArrayBuffer>]), `${current}.drydock`)
  }
  const others = sessions.filter(({ id }) => id !== current)
  const items: MenuItem[] = [
    { label: text('newSession'), icon: <Plus />, onSelect: () => open(newSessionId()) },
    { label: text('newFromTemplate'), icon: <LayoutTemplate />, onSelect: () => overlay.show('templates') },
    'line',
    { label: text('takeAlong'), icon: <Share2 />, onSelect: () => overlay.show('share') },
    { label: text('saveSession'), icon: <FileDown />, onSelect: () => attempt(save) },
    { label: text('openSessionFile'), icon: <FileUp />, onSelect: () => picker.current?.click() },
    ...(others.length > 0 ? (['line', { heading: text('otherSessions') }] as const) : []),
    ...others.map(({ id, hosts, usedMs }) => ({
      label: id,
      aside: text('sessionFacts', { count: hosts.length, date: new Date(usedMs).toLocaleDateString() }),
      onSelect: () => open(id),
    })),
  ]
  return (
    <>
      <Menu
        align="start"
        items={items}
        trigger={
          <button type="button" className={styles.trigger} aria-label={text('sessions')} onPointerEnter={read}>
            <span className={styles.id}>{current}</span>
            <ChevronsUpDown aria-hidden="true" />
          </button>
        }
      />
      <input
        ref={picker}
        type="file"
        accept=".drydock"
        hidden
        aria-label={text('openSessionFile')}
        onChange={(event) => {
          const file = event.target.files?.[0]
          if (file) attempt(() => openSessionFile(client, file))
        }}
      />
    </>
  )
}
