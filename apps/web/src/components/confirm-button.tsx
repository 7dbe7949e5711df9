import { useEffect, useState } from 'react'

const PATIENCE_MS = 4000

interface Props {
  className: string
  label: string
  question: string
  onConfirm: () => void
}

/** For what cannot be undone: the first click asks, the second does it; left alone it forgets. */
export function ConfirmButton({ className, label, question, onConfirm }: Props) {
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
      {asking ? question : label}
    </button>
  )
}
