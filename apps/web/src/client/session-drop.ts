import { newSessionId } from './session-address.ts'
import type { SessionClient } from './session-client.ts'

/** A session's file. */
const NAME = /\.drydock$/

const holdsFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') === true

/** Opens a session's file as a session of its own. @throws (rejects) with what is wrong with the file */
export async function openSessionFile(client: SessionClient, file: File): Promise<void> {
  const id = newSessionId()
  await client.api.importSession(new Uint8Array(await file.arrayBuffer()), id)
  location.assign(`?session=${id}`)
}

/**
 * A session's file that is dropped anywhere onto the page is opened, before anybody below takes it for an upload; a file
 * that is dropped beside everything does not make the browser leave the page.
 * @returns what ends it
 */
export function openDroppedSessions(client: SessionClient, onError: (error: Error) => void): () => void {
  const over = (event: DragEvent): void => {
    if (holdsFiles(event)) event.preventDefault()
  }
  const drop = (event: DragEvent): void => {
    if (!holdsFiles(event)) return
    event.preventDefault()
    const [file, ...others] = event.dataTransfer?.files ?? []
    if (!file || others.length > 0 || !NAME.test(file.name)) return
    event.stopPropagation()
    openSessionFile(client, file).catch(onError)
  }
  addEventListener('dragover', over)
  addEventListener('drop', drop, { capture: true })
  return () => {
    removeEventListener('dragover', over)
    removeEventListener('drop', drop, { capture: true })
  }
}
