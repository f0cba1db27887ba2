import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSocketServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { partnerFetchOf } from '../../../src/connectors/transport/partner-fetch.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  return `http://127.0.0.1:${address.port}`
}

const fetchFrom = (baseUrl: string, responseMaxBytes = 1_000) =>
  partnerFetchOf({ id: 'shopify-us', baseUrl }, { responseMaxBytes })

describe('the way out to a partner', () => {
  it('hands back status, lower-case headers and body', async () => {
    const base = await serving((request, response) => {
      response.setHeader('X-Seen', `${request.method} ${request.headers['content-type']}`)
      request.pipe(response)
    })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetchFrom(base)({ method: 'POST', url: `${base}/x`, headers, body: '{"ä":1}' })
    expect(answer).toMatchObject({ kind: 'response', status: 200, body: '{"ä":1}' })
    expect(answer.kind === 'response' && answer.headers['x-seen']).toBe('POST application/json')
  })

  it.each([
    'http://127.0.0.1:1/',
    'http://localhost:9101/',
    'https://127.0.0.1:9101/',
    'http://user:secret@127.0.0.1:9101/',
    'http://127.0.0.1.evil.example/',
    'file:///etc/passwd',
    '/relative',
  ])('does not leave the origin of the account for %s', async (url) => {
    const fetch = partnerFetchOf(
      { id: 'shopify-us', baseUrl: 'http://127.0.0.1:9101' },
      { fetch: () => Promise.reject(new Error('must not be called')) },
    )
    expect(await fetch({ method: 'GET', url })).toMatchObject({ kind: 'failure', sent: false, class: 'permission' })
  })

  it('sends nothing for an account without an address', async () => {
    const answer = await partnerFetchOf({ id: 'x' })({ method: 'GET', url: 'http://127.0.0.1/' })
    expect(answer).toMatchObject({ kind: 'failure', sent: false })
  })

  it('does not follow a redirect, nor carry credentials anywhere', async () => {
    let followed = false
    const other = await serving((_request, response) => {
      followed = true
      response.end()
    })
    const base = await serving((_request, response) => {
      response.writeHead(307, { location: other }).end('moved')
    })
    const answer = await fetchFrom(base)({ method: 'POST', url: base, body: '{}' })
    expect(answer).toMatchObject({ kind: 'response', status: 307, body: '' })
    expect(followed).toBe(false)
  })

  it('stops reading at the size limit', async () => {
    const base = await serving((_request, response) => response.end('x'.repeat(2_000)))
    expect(await fetchFrom(base)({ method: 'GET', url: base })).toMatchObject({
      kind: 'failure',
      sent: true,
      class: 'too_large',
    })
  })

  it('ends a call at its timeout and cannot say whether it arrived', async () => {
    const base = await serving(() => {})
    const answer = await fetchFrom(base)({ method: 'POST', url: base, body: '{}', timeoutMs: 50 })
    expect(answer).toMatchObject({ kind: 'failure', sent: true, class: 'connection' })
  })

  it('ends a body that never ends at the same timeout', async () => {
    const base = await serving((_request, response) => void response.write('{'))
    const answer = await fetchFrom(base)({ method: 'GET', url: base, timeoutMs: 50 })
    expect(answer).toMatchObject({ kind: 'failure', sent: true })
  })

  it('cannot say whether a dropped connection had arrived', async () => {
    const base = await serving((request) => request.socket.destroy())
    expect(await fetchFrom(base)({ method: 'POST', url: base, body: '{}' })).toMatchObject({
      kind: 'failure',
      sent: true,
    })
  })

  it('is certain that nothing arrived where nobody listens', async () => {
    const probe = createSocketServer()
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
    const address = probe.address()
    await new Promise((resolve) => probe.close(resolve))
    if (typeof address !== 'object' || address === null) throw new Error('not listening')
    const base = `http://127.0.0.1:${address.port}`
    expect(await fetchFrom(base)({ method: 'POST', url: base, body: '{}' })).toMatchObject({
      kind: 'failure',
      sent: false,
    })
  })

  it('never puts the url of a failed call into the message', async () => {
    const fetch = partnerFetchOf(
      { id: 'x', baseUrl: 'http://127.0.0.1:9' },
      { fetch: (url) => Promise.reject(new Error(`could not reach ${url}`)) },
    )
    const answer = await fetch({ method: 'GET', url: 'http://127.0.0.1:9/?key=hidden' })
    expect(JSON.stringify(answer)).not.toContain('hidden')
  })
})
