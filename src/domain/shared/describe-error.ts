/** What a log may say of an error: its class and where it was thrown. Its message may quote data, so it stays out (I10). */
export type ErrorDescription = { readonly error: string; readonly frames?: readonly string[] }

const framesKept = 12

export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { error: typeof error }
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return { error: error.name, frames: frames.slice(0, framesKept).map((line) => line.trim()) }
}
