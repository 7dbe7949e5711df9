import styles from './area-chart.module.css'

interface Props {
  readonly title: string
  /** The newest value in words. */
  readonly figure: string
  /** Oldest first. */
  readonly values: readonly number[]
  /** The value at the upper edge. */
  readonly top: number
  /** How many values fill the width. */
  readonly points: number
}

const WIDTH = 300
const HEIGHT = 70

/** One figure over time, the newest at the right edge. */
export function AreaChart({ title, figure, values, top, points }: Props) {
  const step = WIDTH / (points - 1)
  const start = WIDTH - (values.length - 1) * step
  const line = values
    .map(
      (value, index) =>
        `${(start + index * step).toFixed(1)},${(HEIGHT - 1 - (value / top) * (HEIGHT - 4)).toFixed(1)}`,
    )
    .join(' ')
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.caption}>
        <span>{title}</span>
        <b>{figure}</b>
      </figcaption>
      <svg className={styles.chart} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {[0.25, 0.5, 0.75].map((part) => (
          <line key={part} className={styles.grid} x1="0" x2={WIDTH} y1={part * HEIGHT} y2={part * HEIGHT} />
        ))}
        {values.length > 1 && (
          <>
            <polygon points={`${start.toFixed(1)},${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} />
            <polyline points={line} />
          </>
        )}
      </svg>
    </figure>
  )
}
