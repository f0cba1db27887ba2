/** Query parameters of a list, and the page it answers with. */
import { z } from '@hono/zod-openapi'
import { type Cursor, pageSizeDefault, pageSizeMax, parseCursor } from '../../db/page.ts'
import { wholeNumber } from './whole-number.ts'

const cursorSchema = z
  .string()
  .transform((text, context): Cursor => {
    const cursor = parseCursor(text)
    if (cursor) return cursor
    context.addIssue({ code: 'custom', message: 'not a cursor that this API gave out' })
    return z.NEVER
  })
  .openapi({ type: 'string', description: 'From `nextCursor` of the page before' })

export const pagingFields = {
  cursor: cursorSchema.optional(),
  limit: wholeNumber(1, pageSizeMax).default(pageSizeDefault),
}

export const nextCursorSchema = z.string().nullable().openapi({ description: 'Null on the last page' })
