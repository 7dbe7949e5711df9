import type { SessionSummary } from '@drydock/playground/rpc'
import { ChevronsUpDown, Plus } from 'lucide-react'
import { useEffect, useState } from 'react'
import { newSessionId } from '../../client/session-address.ts'
import type { SessionClient } from '../../client/session-client.ts'
import { useText } from '../../messages/use-text.ts'
import { Menu, type MenuItem } from '../kit/menu.tsx'
import styles from './session-menu.module.css'

const open = (id: string): void => location.assign(`?session=${id}`)

/** Which session this is, and the way to the others that this browser keeps. */
export function SessionMenu({ client, current }: { client: SessionClient; current: string }) {
  const text = useText()
  const [sessions, setSessions] = useState<readonly SessionSummary[]>([])
  const read = (): void => void client.api.sessions().then(setSessions)
  useEffect(read, [client])
  const others = sessions.filter(({ id }) => id !== current)
  const items: MenuItem[] = [
    { label: text('newSession'), icon: <Plus />, onSelect: () => open(newSessionId()) },
    ...(others.length > 0 ? (['line', { heading: text('otherSessions') }] as const) : []),
    ...others.map(({ id, hosts, usedMs }) => ({
      label: id,
      aside: text('sessionFacts', { count: hosts.length, date: new Date(usedMs).toLocaleDateString() }),
      onSelect: () => open(id),
    })),
  ]
  return (
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
  )
}
