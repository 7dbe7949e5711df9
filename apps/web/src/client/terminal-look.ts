import type { ITheme } from '@xterm/xterm'

const FONT_KEY = 'drydock.font-size'

/** The user's font size in pixels, 8 to 39; 14 where storage gives none. */
export function storedFontSize(): number {
  try {
    return within(Number(localStorage.getItem(FONT_KEY) ?? 14))
  } catch {
    return 14
  }
}

export function storeFontSize(size: number): number {
  const kept = within(size)
  try {
    localStorage.setItem(FONT_KEY, String(kept))
  } catch {
    // Without storage the size lasts as long as the tab.
  }
  return kept
}

const within = (size: number): number => Math.min(39, Math.max(8, size || 14))

const DARK: ITheme = {
  background: '#0c1420',
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

export const terminalTheme = (): ITheme => (matchMedia('(prefers-color-scheme: dark)').matches ? DARK : LIGHT)
