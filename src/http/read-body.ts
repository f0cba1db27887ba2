/** Reads a request body up to a limit, whether or not the client announced its length. */
import { err, ok, type Result } from '../domain/shared/result.ts'

export type BodyRefusal = { readonly reason: 'body_too_large'; readonly limitBytes: number }

export async function readBody(request: Request, limitBytes: number): Promise<Result<Uint8Array, BodyRefusal>> {
  const tooLarge = err({ reason: 'body_too_large', limitBytes } as const)
  const announcedBytes = lengthOf(request)
  if (announcedBytes !== null && announcedBytes > limitBytes) return tooLarge
  if (request.body === null) return ok(new Uint8Array())
  // With a length announced the server itself stops the body there; without one every chunk is counted.
  if (announcedBytes !== null) return ok(new Uint8Array(await request.arrayBuffer()))
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body) {
    size += chunk.byteLength
    if (size > limitBytes) return tooLarge
    chunks.push(chunk)
  }
  return ok(joined(chunks, size))
}

function lengthOf(request: Request): number | null {
  const announced = request.headers.get('content-length')
  return announced !== null && /^\d{1,15}$/.test(announced) ? Number(announced) : null
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const only = chunks[0]
  if (chunks.length === 1 && only) return only
  const whole = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole
}

const newDecoder = () => new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
let decoder = newDecoder()

/** Null when the bytes are not UTF-8: replacing them would change what was signed. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes)
  } catch {
    // What it had read of these bytes must not colour the next ones.
    decoder = newDecoder()
    return null
  }
}
