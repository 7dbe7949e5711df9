import { createContext, type Dispatch, type SetStateAction, useContext, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { Chosen, Layout, LayoutStore } from './layout-store.ts'

export const LayoutContext = createContext<LayoutStore | undefined>(undefined)

/** A part of the session's layout; the component is drawn again when that part changes. */
export function useLayout<T>(pick: (layout: Layout) => T): T {
  const store = useContext(LayoutContext)
  if (!store) throw new Error('no layout around this component')
  return useStore(store, pick)
}

/** Which of its objects a panel shows in detail: to begin with, the one that it was opened for. */
export function useChosen(): [Chosen | undefined, Dispatch<SetStateAction<Chosen | undefined>>] {
  const chosen = useState(useLayout(({ wanted }) => wanted))
  useEffect(
    useLayout(({ shown }) => shown),
    [],
  )
  return chosen
}
