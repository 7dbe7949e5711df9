import { createContext, useContext } from 'react'
import type { Terminals } from '../../terminal/terminals.ts'

export const TerminalsContext = createContext<Terminals | undefined>(undefined)

/** The session's terminals, which live beside React. */
export function useTerminals(): Terminals {
  const terminals = useContext(TerminalsContext)
  if (!terminals) throw new Error('no session around this component')
  return terminals
}
