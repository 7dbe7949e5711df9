import { useEffect, useState } from 'react'
import { useText } from '../../messages/use-text.ts'
import styles from './session-clock.module.css'

/** How long the session has lived, HH:MM:SS. A session ends only when it is closed. */
export function SessionClock({ since }: { since: number }) {
  const text = useText()
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return (
    <time className={styles.clock} title={text('sessionAge')}>
      {clockText(Math.max(0, now - since))}
    </time>
  )
}

function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const pad = (value: number): string => String(value).padStart(2, '0')
  return `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`
}
