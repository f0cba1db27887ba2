import { beforeAll, describe, expect, it } from 'vitest'
import { jsonBodyMaxBytes } from '../../src/http/json-body.ts'
import { isWithinJsonLimits, jsonArrayItemsMax, jsonDepthMax } from '../../src/http/json-limits.ts'
import { seedConfig } from './seed-config.ts'
import { bearer, json, post, send } from './send.ts'

beforeAll(async () => {
  await seedConfig()
})

const path = '/v1/catalog/skus'
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const reasonOf = async (response: Response) => ((await response.json()) as { reason: string }).reason

/** A body whose length nobody announces. */
function chunked(chunks: number, chunkBytes: number): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream({
    pull(controller) {
      if (sent++ === chunks) controller.close()
      else controller.enqueue(new Uint8Array(chunkBytes).fill(0x20))
    },
  })
}

describe('a JSON text', () => {
  it.each([
    ['as deep as allowed', nested(jsonDepthMax), true],
    ['one level deeper', nested(jsonDepthMax + 1), false],
    ['with as many items as allowed', `[${'0,'.repeat(jsonArrayItemsMax - 1)}0]`, true],
    ['with one item more', `[${'0,'.repeat(jsonArrayItemsMax)}0]`, false],
    ['with brackets and commas inside a string', `["${'[,'.repeat(5_000)}"]`, true],
    ['with an escaped quote before brackets', `["\\"${'['.repeat(5_000)}"]`, true],
    ['with an object of many members', `{${'"a":1,'.repeat(5_000)}"b":1}`, true],
    ['with a string that never ends', `["${'['.repeat(5_000)}`, true],
    ['with a long array in an object in an array', `[{"a":[${'0,'.repeat(jsonArrayItemsMax)}0]}]`, false],
  ])('%s', (_what, text, within) => {
    expect(isWithinJsonLimits(text)).toBe(within)
  })
})

describe('a write route', () => {
  it('refuses another content type with 415', async () => {
    const response = await post(path, 'sku=A', { 'content-type': 'application/x-www-form-urlencoded' })
    expect(response.status).toBe(415)
  })

  it('refuses a body without a content type with 415', async () => {
    const init = { method: 'POST', body: new TextEncoder().encode('{}'), headers: bearer }
    expect((await send(path, init)).status).toBe(415)
  })

  it('refuses a compressed body with 415, since nothing would unpack it', async () => {
    expect((await post(path, {}, { 'content-encoding': 'gzip' })).status).toBe(415)
  })

  it('takes JSON with its charset named', async () => {
    const type = { 'content-type': 'application/json; charset=utf-8' }
    expect((await post(path, { skus: [{ sku: 'LIM-1', title: 'x' }] }, type)).status).toBe(200)
  })

  it('refuses a body whose announced length is too large with 413', async () => {
    const response = await post(path, ' '.repeat(jsonBodyMaxBytes + 1))
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ reason: 'body_too_large', limitBytes: jsonBodyMaxBytes })
  })

  it('refuses a chunked body as soon as it is too large with 413', async () => {
    const body = chunked(40, 65_536)
    const response = await send(path, { method: 'POST', body, headers: { ...bearer, ...json } })
    expect(response.status).toBe(413)
  })

  it('takes a chunked body of fitting size', async () => {
    const text = JSON.stringify({ skus: [{ sku: 'LIM-2', title: 'x' }] })
    const body = new Blob([text.slice(0, 9), text.slice(9)]).stream()
    const response = await send(path, { method: 'POST', body, headers: { ...bearer, ...json } })
    expect(response.status).toBe(200)
  })

  it.each([
    ['nesting', nested(200_000), 'body_too_deep'],
    ['a long array', `[${'0,'.repeat(100_000)}0]`, 'body_too_deep'],
    ['half a document', '{"skus":[', 'malformed_json'],
    ['nothing', '', 'malformed_json'],
    ['two documents', '{}{}', 'malformed_json'],
    ['a member twice', '{"skus":[],"skus":[]}', 'repeated_member'],
    ['a member twice, deep within', '{"skus":[{"sku":"A","title":":","title":"a"}]}', 'repeated_member'],
    ['a lone surrogate', '{"skus":[{"sku":"A","title":"\\ud800"}]}', 'malformed_text'],
    ['a lone surrogate in a name', '{"\\udc00":1}', 'malformed_text'],
    ['a NUL', '{"skus":[{"sku":"A","title":"a\\u0000b"}]}', 'malformed_text'],
  ])('refuses %s with 400', async (_what, body, reason) => {
    const response = await post(path, body)
    expect(response.status).toBe(400)
    expect(await reasonOf(response)).toBe(reason)
  })

  it('refuses bytes that are not UTF-8 with 400', async () => {
    const body = new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])
    const response = await send(path, { method: 'POST', body, headers: { ...bearer, ...json } })
    expect(await reasonOf(response)).toBe('malformed_text')
  })

  it('takes a well-formed surrogate pair, escaped', async () => {
    const response = await post(path, '{"skus":[{"sku":"LIM-3","title":"\\ud83d\\udea2"}]}')
    expect(response.status).toBe(200)
  })

  it('names every unknown field with its path', async () => {
    const response = await post(path, { skus: [{ sku: 'A', title: 'a', colour: 'red' }], dryRun: true })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({
      reason: 'invalid_body',
      errors: [
        { path: 'skus.0.colour', message: 'is not a known field' },
        { path: 'dryRun', message: 'is not a known field' },
      ],
    })
  })

  it('refuses a field called __proto__', async () => {
    const response = await post(path, '{"skus":[{"sku":"A","title":"a"}],"__proto__":{"admin":true}}')
    expect(response.status).toBe(422)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  it('refuses an unknown query parameter by name', async () => {
    const response = await post(`${path}?dry_run=1`, { skus: [{ sku: 'A', title: 'a' }] })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ reason: 'invalid_query', errors: [{ path: 'dry_run' }] })
  })

  it('never quotes a refused value: it may be personal', async () => {
    const response = await post(path, { skus: [{ sku: 'A', title: { secret: 'hunter2' } }] })
    expect(response.status).toBe(422)
    expect(await response.text()).not.toContain('hunter2')
  })
})
