/** `onHand = available + committed + reserved + damaged + safetyStock + qualityControl`; `incoming` lies outside it. */
import { z } from '@hono/zod-openapi'

export const statesSchema = z
  .object({
    available: z.int(),
    committed: z.int(),
    reserved: z.int(),
    damaged: z.int(),
    safetyStock: z.int(),
    qualityControl: z.int(),
    onHand: z.int(),
    incoming: z.int(),
    backordered: z.int(),
  })
  .openapi('InventoryStates')
