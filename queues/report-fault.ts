/** One line of JSON for what a person may want to look at. The error's class only: its message may quote a payload. */
export function reportFault(event: string, subject: Readonly<Record<string, unknown>>, error?: unknown): void {
  const fault = error === undefined ? {} : { error: error instanceof Error ? error.name : typeof error }
  console.warn(JSON.stringify({ level: 'warn', event, ...subject, ...fault }))
}
