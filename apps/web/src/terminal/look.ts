import type { ITheme } from '@xterm/xterm'
import { isDark } from '../settings/apply-theme.ts'
import { settings } from '../settings/settings-store.ts'

const DARK: ITheme = {
  background: '#0c1320',
  foreground: '#d7e0ec',
  cursor: '#6cb6ff',
  selectionBackground: '#2b4a6f',
  black: '#1b2636',
  red: '#ff7b72',
  green: '#7ee787',
  yellow: '#e3b341',
  blue: '#6cb6ff',
  magenta: '#d2a8ff',
  cyan: '#76e3ea',
  white: '#c9d5e3',
  brightBlack: '#6b7c93',
  brightRed: '#ffa198',
  brightGreen: '#a5f3b0',
  brightYellow: '#f2cc60',
  brightBlue: '#9ecbff',
  brightMagenta: '#e2c5ff',
  brightCyan: '#a5f0f5',
  brightWhite: '#ffffff',
}
const LIGHT: ITheme = {
  background: '#fbfcfe',
  foreground: '#1d2735',
  cursor: '#0b6bcb',
  selectionBackground: '#b9d8f7',
  black: '#1d2735',
  red: '#c62839',
  green: '#19722b',
  yellow: '#8a6100',
  blue: '#0b5cb3',
  magenta: '#8238c4',
  cyan: '#0d6f79',
  white: '#5a6779',
  brightBlack: '#6b7787',
  brightRed: '#d9303f',
  brightGreen: '#1f8a37',
  brightYellow: '#9e7000',
  brightBlue: '#0b6bcb',
  brightMagenta: '#9548d6',
  brightCyan: '#0f828e',
  brightWhite: '#1d2735',
}

const CONTRAST: ITheme = { ...DARK, background: '#000000', foreground: '#ffffff', cursor: '#ffffff' }

/** The colours of terminals now. */
export function terminalTheme(): ITheme {
  const { theme } = settings.getState()
  if (theme === 'contrast') return CONTRAST
  return isDark(theme) ? DARK : LIGHT
}
