import type { ReactNode } from 'react'

interface Props {
  title: string
  action: string
  onAction: () => void
  children: ReactNode
}

/** A whole-page message with one way on. */
export function Notice({ title, action, onAction, children }: Props) {
  return (
    <main className="notice">
      <h1>{title}</h1>
      <p>{children}</p>
      <button type="button" className="button primary" onClick={onAction}>
        {action}
      </button>
    </main>
  )
}
