/** How much a decision may look at and keep, so that no order and no network can make it slow or large. */

/** Ways to place one line that are tried from one partial plan. Four locations never have more than 48. */
export const optionsPerLineMax = 64
/** Partial plans looked at for one strategy: a wide order over a wide network takes a fraction of a second. */
export const statesMax = 60_000
/** Partial plans carried from one line to the next, at least: every single location of a network of forty is one. */
export const beamWidthMin = 48
/** Whole plans that are judged and weighed. */
export const plansMax = 4_000
/** Groups of locations tried as the simple plans that the search starts from. Three of forty are 9,880 groups. */
export const groupsMax = 12_000
export const groupSizeMax = 3
/** Groups that cover the order and become a simple plan. */
export const coveringGroupsMax = 12
/** Plans kept in a decision for a strategy: enough to see why not, little enough to store with every order. */
export const feasibleKeptMax = 6
export const refusedKeptMax = 3
export const refusalsKeptMax = 60
