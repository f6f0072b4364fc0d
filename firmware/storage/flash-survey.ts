// How much one survey of a flash region covers.

import { Flash, FlashSurvey } from "../../hal/flash";

/** How many sectors one survey covers that asks for `length` bytes of each, `left` bytes to go. */
export function surveyedSectors(left: number, length: number): number {
  const fit = Math.floor(Flash.TRANSFER_MAX / (FlashSurvey.BEGIN + length));
  return Math.min(fit, Math.floor(left / Flash.SECTOR_LENGTH));
}
