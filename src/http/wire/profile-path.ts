/** The profile that a path names. */
import { z } from '@hono/zod-openapi'
import { slugSchema } from '../../domain/config/slug.ts'

export const profilePathSchema = z.object({
  id: slugSchema,
})
