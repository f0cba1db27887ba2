/** `content[]` of the configuration file: what a channel's product says. Bounds are those of the channels we set it on. */
import { z } from 'zod'
import { accountId } from '../shared/ids.ts'
import { slugSchema } from './slug.ts'

/** 250 tags of 255 characters are Shopify's; it would cut one with a comma in two. */
const tagSchema = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .regex(/^[^,]*$/, 'no comma: it would be two tags')

export const productContentSchema = z
  .strictObject({
    title: z.string().trim().min(1).max(255).optional(),
    descriptionHtml: z.string().max(60_000).optional(),
    vendor: z.string().trim().min(1).max(255).optional(),
    productType: z.string().trim().max(255).optional(),
    tags: z.array(tagSchema).max(250).optional(),
    seoTitle: z.string().trim().max(255).optional(),
    seoDescription: z.string().trim().max(1_000).optional(),
  })
  .refine((content) => Object.values(content).some((value) => value !== undefined), 'says nothing: null takes it back')

export const productEntrySchema = z.strictObject({
  account: slugSchema.transform(accountId),
  externalProductId: z.string().regex(/^[^\s/]{1,100}$/, "the id as in the channel's webhooks: no space, no slash"),
  /** What is absent from it is the channel's own business; null: all of it is. */
  content: productContentSchema.nullable(),
})
