import { createJSONStorage, persist } from 'zustand/middleware'
import { createStore } from 'zustand/vanilla'

export type Theme = 'auto' | 'light' | 'dark' | 'contrast'
export type Language = 'auto' | 'en' | 'ko'

export interface Settings {
  readonly theme: Theme
  readonly language: Language
  /** Of terminals, in pixels. */
  readonly fontSize: number
  /** Large type and nothing but the terminal, for classrooms. */
  readonly presentation: boolean
  /** xterm's mode for screen readers. */
  readonly screenReader: boolean
  /** The first-visit tour was seen or skipped. */
  readonly toured: boolean
}

export interface SettingsState extends Settings {
  change(settings: Partial<Settings>): void
}

export const SMALLEST_FONT = 8
export const LARGEST_FONT = 39
const PRESENTATION_FONT = 22

/**
 * What the user chose, for all sessions of this browser; lasts as long as the tab where storage gives none. Terminals look
 * here before there is React: components use `useSettings`.
 */
export const settings = createStore<SettingsState>()(
  persist(
    (set) => ({
      theme: 'auto',
      language: 'auto',
      fontSize: 14,
      presentation: false,
      screenReader: false,
      toured: false,
      change: (changed) => set({ ...changed, ...clamped(changed) }),
    }),
    { name: 'drydock.settings', version: 1, storage: createJSONStorage(() => localStorage) },
  ),
)

/** The size that terminals are drawn in now. */
export const terminalFontSize = ({ fontSize, presentation }: Settings): number =>
  presentation ? Math.max(fontSize, PRESENTATION_FONT) : fontSize

function clamped({ fontSize }: Partial<Settings>): Partial<Settings> {
  if (fontSize === undefined) return {}
  return { fontSize: Math.min(LARGEST_FONT, Math.max(SMALLEST_FONT, fontSize)) }
}
