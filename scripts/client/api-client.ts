/** A caller of Crossdock's API for scripts and end-to-end tests: one method a verb, answers as values. */
export type ApiAnswer<T> = { readonly status: number; readonly body: T; readonly headers: Headers }

export type ApiClient = {
  readonly get: <T>(path: string) => Promise<ApiAnswer<T>>
  readonly post: <T>(path: string, body: unknown, headers?: Record<string, string>) => Promise<ApiAnswer<T>>
  /** A route that does not answer in JSON, such as `/metrics`; throws unless it answers 200. */
  readonly text: (path: string) => Promise<string>
}

/** Longer than a busy machine takes for anything; a connection that was cut says so at once. */
const requestTimeoutMs = 60_000

export function apiClient(url: string, apiKey: string): ApiClient {
  const call = async <T>(method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(requestTimeoutMs),
    })
    const text = await response.text()
    return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T, headers: response.headers }
  }
  const text = async (path: string) => {
    const headers = { authorization: `Bearer ${apiKey}` }
    const response = await fetch(`${url}${path}`, { headers, signal: AbortSignal.timeout(requestTimeoutMs) })
    if (response.status !== 200) throw new Error(`${path}: ${response.status}`)
    return response.text()
  }
  return {
    get: (path) => call('GET', path),
    post: (path, body, headers) => call('POST', path, body, headers),
    text,
  }
}

/** Asks again until the answer is not null; null after `timeoutMs`. */
export async function eventually<T>(ask: () => Promise<T | null>, timeoutMs: number, everyMs = 100): Promise<T | null> {
  const endMs = performance.now() + timeoutMs
  for (;;) {
    const answer = await ask().catch(() => null)
    if (answer !== null) return answer
    if (performance.now() > endMs) return null
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
