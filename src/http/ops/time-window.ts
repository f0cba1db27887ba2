/** The stretches of time that the overview counts over and the lists can be narrowed to, by the same names. */

export const windows = { '1h': 3_600_000, '24h': 86_400_000, '7d': 7 * 86_400_000 } as const
export type WindowName = keyof typeof windows
export const windowNames = { '1h': 'Last hour', '24h': 'Last 24 hours', '7d': 'Last 7 days' } as const

/** Null for none, and for one that there is not. */
export const windowOf = (text: string | undefined): WindowName | null =>
  text !== undefined && Object.hasOwn(windows, text) ? (text as WindowName) : null

/** Undefined, all of the time there is, without a window. */
export function sinceMsOf(text: string | undefined, nowMs: number): number | undefined {
  const window = windowOf(text)
  return window === null ? undefined : nowMs - windows[window]
}

export const windowOptions = Object.entries(windowNames).map(([value, name]) => ({ value, name }))
