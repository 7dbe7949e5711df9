/** What a busybox calls itself: the first line of its help and of every applet's. */
export const BANNER = 'BusyBox v1.37.0 (2024-12-16 10:05:21 UTC) multi-call binary.'
