import { useEffect, useRef, useState } from 'react'
import styles from './list.module.css'

/** Rows that are drawn at first, and each time the end comes into sight. */
export const ROWS_AT_ONCE = 40

/** How many rows of a long list are to be drawn, and the element that stands behind the last of them. */
export function useGrowing(length: number): { readonly count: number; readonly end: React.ReactNode } {
  const [count, setCount] = useState(ROWS_AT_ONCE)
  const mark = useRef<HTMLDivElement>(null)
  const more = count < length
  useEffect(() => {
    if (!mark.current) return
    const watch = new IntersectionObserver(
      (seen) => seen.some(({ isIntersecting }) => isIntersecting) && setCount((before) => before + ROWS_AT_ONCE),
      { rootMargin: '200px' },
    )
    watch.observe(mark.current)
    return () => watch.disconnect()
  }, [more, count])
  return { count, end: more ? <div ref={mark} style={{ height: 1 }} /> : null }
}

interface GrowingListProps<Item> {
  readonly items: readonly Item[]
  readonly children: (item: Item) => React.ReactNode
}

/** A list of which as many rows are drawn as were in sight. */
export function GrowingList<Item>({ items, children }: GrowingListProps<Item>) {
  const { count, end } = useGrowing(items.length)
  return (
    <>
      <ul className={styles.list}>{items.slice(0, count).map(children)}</ul>
      {end}
    </>
  )
}
