import { useEffect, useRef, useState } from 'react'
import type { SessionClient } from '../../client/session-client.ts'
import { useText } from '../../messages/use-text.ts'
import { MOST_EDITED_BYTES } from './file-paths.ts'
import styles from './editor.module.css'

interface Props {
  readonly client: SessionClient
  readonly host: string
  readonly path: string
}

/** Keys are saved this long after the last one. */
const SAVE_MS = 250

type State = 'loading' | 'saved' | 'saving' | { readonly problem: string }

/** A file of the host in CodeMirror; what is typed is written to the file at once. */
export function Editor({ client, host, path }: Props) {
  const text = useText()
  const box = useRef<HTMLDivElement>(null)
  const [state, setState] = useState<State>('loading')
  useEffect(() => {
    if (!box.current) return
    const parent = box.current
    let close: (() => void) | undefined
    let over = false
    let timer: ReturnType<typeof setTimeout> | undefined
    let unsaved: string | undefined
    const save = async (): Promise<void> => {
      if (unsaved === undefined) return
      const content = unsaved
      unsaved = undefined
      await client.api.writeFile(host, path, new TextEncoder().encode(content)).then(
        () => setState(unsaved === undefined ? 'saved' : 'saving'),
        (error: Error) => setState({ problem: error.message }),
      )
    }
    const changed = (content: string): void => {
      unsaved = content
      setState('saving')
      clearTimeout(timer)
      timer = setTimeout(() => void save(), SAVE_MS)
    }
    const open = async (): Promise<void> => {
      const [bytes, { openEditor }] = await Promise.all([
        client.api.readFile(host, path, MOST_EDITED_BYTES),
        import('./code-mirror.ts'),
      ])
      if (bytes.subarray(0, 8000).includes(0)) return setState({ problem: text('binaryFile') })
      const closing = await openEditor({
        parent,
        path,
        content: new TextDecoder().decode(bytes),
        onChange: changed,
        checkCompose: () => client.api.checkCompose(host, path),
      })
      if (over) return closing()
      close = closing
      setState('saved')
    }
    open().catch((error: Error) => setState({ problem: error.message }))
    return () => {
      over = true
      clearTimeout(timer)
      void save()
      close?.()
    }
  }, [client, host, path])
  return (
    <div className={styles.editor}>
      <div ref={box} className={styles.code} />
      <p className={styles.state} role="status">
        {typeof state === 'string' ? text(state) : <span className={styles.problem}>{state.problem}</span>}
      </p>
    </div>
  )
}
