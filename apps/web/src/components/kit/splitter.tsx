import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import styles from './splitter.module.css'

interface Props {
  readonly label: string
  /** The part of the whole that lies after the splitter, 0 to 1. */
  readonly part: number
  /** `vertical` stands between left and right. */
  readonly orientation: 'vertical' | 'horizontal'
  readonly onChange: (part: number) => void
}

const STEP = 0.03
const BIGGER: Readonly<Record<string, number>> = { ArrowLeft: STEP, ArrowUp: STEP, ArrowRight: -STEP, ArrowDown: -STEP }

/**
 * The line between two neighbours that can be dragged, or moved with the arrow keys (ARIA's window splitter pattern). It
 * measures itself against the nearest element around it that has `data-split`.
 */
export function Splitter({ label, part, orientation, onChange }: Props) {
  const line = useRef<HTMLDivElement>(null)
  const drag = (event: PointerEvent): void => {
    if (!line.current?.hasPointerCapture(event.pointerId)) return
    const around = line.current.closest('[data-split]')?.getBoundingClientRect()
    if (!around) return
    onChange(
      orientation === 'vertical'
        ? (around.right - event.clientX) / around.width
        : (around.bottom - event.clientY) / around.height,
    )
  }
  const move = (event: KeyboardEvent): void => {
    const by = BIGGER[event.key]
    if (by === undefined) return
    event.preventDefault()
    onChange(part + by)
  }
  return (
    <div
      ref={line}
      className={`${styles.splitter} ${styles[orientation]}`}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={Math.round(100 * part)}
      aria-valuemin={20}
      aria-valuemax={80}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={move}
    />
  )
}
