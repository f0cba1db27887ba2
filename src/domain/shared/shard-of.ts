/**
 * Spreads names evenly over `shards` actors: FNV-1a over the UTF-16 code units, with a final mix so that names which
 * differ only at their end (order numbers) do not fall in neighbouring shards. The result is stored in actor names, so
 * this function may never change.
 */
export function shardOf(name: string, shards: number): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash ^= hash >>> 13
  return (hash >>> 0) % shards
}
