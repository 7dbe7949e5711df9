import { useStore } from 'zustand'
import { type SettingsState, settings } from './settings-store.ts'

/** A part of the settings; the component is drawn again when that part changes. */
export const useSettings = <T>(pick: (state: SettingsState) => T): T => useStore(settings, pick)
