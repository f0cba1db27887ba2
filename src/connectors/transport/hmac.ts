/**
 * Keyed hashes over raw bytes with WebCrypto. Nothing here parses a header or knows a partner.
 * Comparison hashes both sides first: the time taken tells neither the length nor the first differing byte.
 */
type Bytes = Uint8Array<ArrayBuffer>

const utf8 = new TextEncoder()

/** WebCrypto takes only views over a plain buffer; a view over shared memory is copied. */
function plain(bytes: Uint8Array): Bytes {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Bytes) : new Uint8Array(bytes)
}

/** `key` may not be empty: an empty key is a missing secret, and the caller must have refused already. */
export async function hmacSha256(key: Uint8Array, data: Uint8Array): Promise<Bytes> {
  if (key.byteLength === 0) throw new Error('hmacSha256 needs a key')
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey('raw', plain(key), algorithm, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, plain(data)))
}

async function sha256(data: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', plain(data)))
}

export async function sha256Hex(data: Uint8Array | string): Promise<string> {
  return toHex(await sha256(typeof data === 'string' ? utf8.encode(data) : data))
}

export async function constantTimeEqual(left: string, right: string): Promise<boolean> {
  const [a, b] = await Promise.all([sha256(utf8.encode(left)), sha256(utf8.encode(right))])
  let difference = 0
  for (let at = 0; at < a.length; at++) difference |= (a[at] ?? 0) ^ (b[at] ?? 0)
  return difference === 0
}

/** Fails closed: no secret or no signature is `false`. The secret is used as its UTF-8 bytes, never decoded. */
export async function verifyHmac(check: {
  readonly secret: string | undefined
  readonly signature: string | undefined
  readonly body: Uint8Array
  readonly encoding: 'base64' | 'hex'
}): Promise<boolean> {
  if (!check.secret || !check.signature) return false
  const digest = await hmacSha256(utf8.encode(check.secret), check.body)
  const expected = check.encoding === 'base64' ? toBase64(digest) : toHex(digest)
  return constantTimeEqual(expected, check.signature)
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
