import { useEffect, useRef, useState } from 'react'

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
