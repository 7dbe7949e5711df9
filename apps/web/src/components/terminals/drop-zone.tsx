import { type DragEvent, type ReactNode, useEffect, useState } from 'react'
import type { SessionClient } from '../../client/session-client.ts'
import { useText } from '../../messages/use-text.ts'
import { droppedFiles, uploadFiles } from '../files/upload.ts'
import { useToasts } from '../kit/toasts.tsx'
import styles from './drop-zone.module.css'

interface Props {
  readonly client: SessionClient
  readonly host: string
  /** Where what is dropped goes. */
  readonly directory: () => Promise<string>
  /** How that is called, where it is not its path. */
  readonly shown?: string
  readonly onDone?: () => void
  readonly children: ReactNode
}

/** Files and folders that are dropped here are copied to the host. */
export function DropZone({ client, host, directory: find, shown, onDone, children }: Props) {
  const text = useText()
  const say = useToasts((state) => state.say)
  const [over, setOver] = useState(false)
  const [progress, setProgress] = useState<string>()
  // A drop may be taken by somebody above.
  useEffect(() => {
    const end = (): void => setOver(false)
    addEventListener('drop', end, { capture: true })
    return () => removeEventListener('drop', end, { capture: true })
  }, [])
  const drop = async (event: DragEvent): Promise<void> => {
    event.preventDefault()
    // The list of what was dropped is gone after the first await.
    const dropping = droppedFiles(event.dataTransfer)
    const directory = await find()
    const files = await dropping
    try {
      await uploadFiles(client, host, directory, files, (done) =>
        setProgress(text('uploading', { done, count: files.length })),
      )
      say({ tone: 'good', text: text('uploaded', { count: files.length, directory: shown ?? directory }) })
    } catch (error) {
      say({ tone: 'danger', text: error instanceof Error ? error.message : String(error) })
    } finally {
      setProgress(undefined)
      onDone?.()
    }
  }
  return (
    <div
      className={styles.zone}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => void drop(event)}
    >
      {children}
      {(over || progress) && <p className={styles.veil}>{progress ?? text('dropHere')}</p>}
    </div>
  )
}
