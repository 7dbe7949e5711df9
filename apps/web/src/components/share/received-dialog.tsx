import { useState } from 'react'
import { newSessionId } from '../../client/session-address.ts'
import type { SessionClient } from '../../client/session-client.ts'
import { fileIn } from '../../client/shared-link.ts'
import { useText } from '../../messages/use-text.ts'
import { Dialog } from '../kit/dialog.tsx'
import { useToasts } from '../kit/toasts.tsx'
import styles from './received-dialog.module.css'

interface Props {
  readonly client: SessionClient
  readonly sessionId: string
  /** What stood in the address: anybody's, so it is not looked at before the visitor says so. */
  readonly payload: string
  readonly onClose: () => void
}

/** Asks before a session out of a link is opened, as a new one beside those that are kept. */
export default function ReceivedDialog({ client, sessionId, payload, onClose }: Props) {
  const text = useText()
  const say = useToasts((state) => state.say)
  const [busy, setBusy] = useState(false)
  const open = async (): Promise<void> => {
    setBusy(true)
    try {
      const id = newSessionId()
      await client.api.importSession(fileIn(payload), id)
      // The session that stands behind this question was made for the link alone.
      await client.api.deleteSession(sessionId)
      location.assign(`?session=${id}`)
    } catch (error) {
      say({ tone: 'danger', text: error instanceof Error ? error.message : String(error) })
      onClose()
    }
  }
  return (
    <Dialog title={text('receivedTitle')} description={text('receivedText')} onClose={onClose}>
      <div className={styles.actions}>
        <button type="button" className="button" onClick={onClose}>
          {text('receivedNo')}
        </button>
        <button type="button" className="button primary" disabled={busy} onClick={() => void open()}>
          {text('receivedOpen')}
        </button>
      </div>
    </Dialog>
  )
}
