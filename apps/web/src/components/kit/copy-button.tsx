import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from './icon-button.tsx'

const SHOWN_MS = 1200

/** Puts a text on the clipboard and shows for a moment that it did. */
export function CopyButton({ label, value }: { label: string; value: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(value)
    setCopied(true)
    setTimeout(() => setCopied(false), SHOWN_MS)
  }
  return (
    <IconButton label={label} onClick={() => void copy()}>
      {copied ? <Check /> : <Copy />}
    </IconButton>
  )
}
