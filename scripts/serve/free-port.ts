/**
 * A port to listen on: the preferred one if nobody has it, a free one otherwise (or when 0 is preferred). That one lies
 * below those that systems give to connections and to whoever asks for any port, so nobody takes it meanwhile by
 * chance: not before it is listened on, nor between a kill and the next start.
 */
import { createServer } from 'node:net'

const [lowest, highest] = [20_000, 32_000]
const triesMax = 20

export async function freePort(preferred = 0): Promise<number> {
  const given = preferred === 0 ? null : await tryPort(preferred)
  for (let tries = 0, found = given; tries < triesMax; tries += 1) {
    if (found !== null) return found
    found = await tryPort(lowest + Math.floor(Math.random() * (highest - lowest)))
  }
  return (await tryPort(0)) ?? 0
}

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(null))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null))
    })
  })
}
