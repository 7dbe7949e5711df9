import { type ReactNode, useEffect, useState } from 'react'

const PATIENCE_MS = 4000

interface Props {
  readonly className: string
  readonly label: string
  readonly question: string
  readonly icon?: ReactNode
  readonly onConfirm: () => void
}

/** For what cannot be undone: the first click asks, the second does it; left alone it forgets. */
export function ConfirmButton({ className, label, question, icon, onConfirm }: Props) {
  const [asking, setAsking] = useState(false)
  useEffect(() => {
    if (!asking) return
    const timer = setTimeout(() => setAsking(false), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [asking])
  return (
    <button
      type="button"
      className={className}
      onBlur={() => setAsking(false)}
      onClick={() => (asking ? onConfirm() : setAsking(true))}
    >
      {icon}
      {asking ? question : <span className={icon === undefined ? '' : 'word'}>{label}</span>}
    </button>
  )
}
