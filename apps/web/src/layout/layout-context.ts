import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { Layout, LayoutStore } from './layout-store.ts'

export const LayoutContext = createContext<LayoutStore | undefined>(undefined)

/** A part of the session's layout; the component is drawn again when that part changes. */
export function useLayout<T>(pick: (layout: Layout) => T): T {
  const store = useContext(LayoutContext)
  if (!store) throw new Error('no layout around this component')
  return useStore(store, pick)
}
