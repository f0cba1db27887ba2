/**
 * The one part of `node:crypto` that the worker uses: WebCrypto cannot hash synchronously, and the hash chain is
 * written inside a synchronous transaction. Node's own types would bring in globals that workerd does not have.
 */
declare module 'node:crypto' {
  type Hash = { update(data: string | Uint8Array): Hash; digest(encoding: 'hex'): string }
  export function createHash(algorithm: 'sha256'): Hash
}
