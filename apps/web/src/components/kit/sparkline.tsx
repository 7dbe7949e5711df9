import styles from './sparkline.module.css'

interface Props {
  /** Oldest first, each 0 to 1. */
  readonly values: readonly number[]
  readonly label: string
  readonly tone?: 'accent' | 'good'
}

const WIDTH = 64
const HEIGHT = 20
const POINTS = 40

/** The last values as a small filled line; the newest is at the right edge. */
export function Sparkline({ values, label, tone = 'accent' }: Props) {
  const shown = values.slice(-POINTS)
  const step = WIDTH / (POINTS - 1)
  const start = WIDTH - (shown.length - 1) * step
  const points = shown.map((value, index) => {
    const height = Math.min(1, Math.max(0.02, value)) * (HEIGHT - 2)
    return `${(start + index * step).toFixed(1)},${(HEIGHT - 1 - height).toFixed(1)}`
  })
  return (
    <svg
      className={`${styles.chart} ${styles[tone]}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {shown.length > 1 && (
        <>
          <polygon points={`${start.toFixed(1)},${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} />
          <polyline points={points.join(' ')} />
        </>
      )}
    </svg>
  )
}
