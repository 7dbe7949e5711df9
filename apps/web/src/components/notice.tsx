import type { ReactNode } from 'react'
import styles from './notice.module.css'

interface Props {
  readonly title: string
  readonly action: string
  readonly onAction: () => void
  readonly children: ReactNode
}

/** A whole-page message with one way on. */
export function Notice({ title, action, onAction, children }: Props) {
  return (
    <main className={styles.notice}>
      <img src="./favicon.svg" alt="" width="64" height="64" />
      <h1>{title}</h1>
      <p>{children}</p>
      <button type="button" className="button primary large" onClick={onAction}>
        {action}
      </button>
    </main>
  )
}
