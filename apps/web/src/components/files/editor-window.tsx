import type { SessionClient } from '../../client/session-client.ts'
import { Dialog } from '../kit/dialog.tsx'
import { Editor } from './editor.tsx'
import { nameIn } from './file-paths.ts'
import styles from './editor-window.module.css'

interface Props {
  readonly client: SessionClient
  readonly host: string
  readonly path: string
  readonly onClose: () => void
}

/** One file in an editor over the page, for where there is no room for the tree beside it. */
export function EditorWindow({ client, host, path, onClose }: Props) {
  return (
    <Dialog title={nameIn(path)} description={path} wide onClose={onClose}>
      <div className={styles.frame}>
        <Editor client={client} host={host} path={path} />
      </div>
    </Dialog>
  )
}
