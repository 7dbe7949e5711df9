import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { useEffect } from 'react'
import { create } from 'zustand'
import { useText } from '../../messages/use-text.ts'
import { IconButton } from './icon-button.tsx'
import styles from './toasts.module.css'

export interface Toast {
  readonly tone: 'good' | 'danger'
  readonly text: string
  /** The docker command that a click stood for. */
  readonly command?: string | undefined
  /** The moment before it, where it can be taken back. */
  readonly undo?: number | undefined
}

interface ToastState {
  readonly toasts: readonly (Toast & { readonly id: number })[]
  readonly made: number
  say(toast: Toast): void
  drop(id: number): void
}

const SHOWN_MS = 5000
/** With something to be done about it. */
const LONGER_MS = 10_000
const MOST = 4

/** What the page says for a moment. */
export const useToasts = create<ToastState>()((set) => ({
  toasts: [],
  made: 0,
  say: (toast) =>
    set(({ toasts, made }) => ({ toasts: [...toasts, { ...toast, id: made }].slice(-MOST), made: made + 1 })),
  drop: (id) => set(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) })),
}))

/** @param onUndo goes back to a moment */
export function Toasts({ onUndo }: { onUndo: (moment: number) => void }) {
  const toasts = useToasts((state) => state.toasts)
  return (
    <div className={styles.stack} role="status" aria-live="polite">
      {toasts.map((toast) => (
        <ToastLine key={toast.id} toast={toast} onUndo={onUndo} />
      ))}
    </div>
  )
}

interface LineProps {
  readonly toast: Toast & { readonly id: number }
  readonly onUndo: (moment: number) => void
}

function ToastLine({ toast, onUndo }: LineProps) {
  const { undo } = toast
  const text = useText()
  const drop = useToasts((state) => state.drop)
  useEffect(() => {
    const timer = setTimeout(() => drop(toast.id), undo === undefined ? SHOWN_MS : LONGER_MS)
    return () => clearTimeout(timer)
  }, [toast.id])
  return (
    <div className={styles.toast} data-tone={toast.tone}>
      {toast.tone === 'good' ? <CircleCheck aria-hidden="true" /> : <CircleAlert aria-hidden="true" />}
      <div className={styles.words}>
        <p>{toast.text}</p>
        {toast.command && <code>$ {toast.command}</code>}
      </div>
      {undo !== undefined && (
        <button
          type="button"
          className="button small"
          onClick={() => {
            drop(toast.id)
            onUndo(undo)
          }}
        >
          {text('undo')}
        </button>
      )}
      <IconButton label={text('dismiss')} onClick={() => drop(toast.id)}>
        <X />
      </IconButton>
    </div>
  )
}
