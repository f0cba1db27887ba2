/** Money is integer minor units with an ISO 4217 currency; never a float, never a bare number. */
export type Money = { readonly amountMinor: number; readonly currency: string }
