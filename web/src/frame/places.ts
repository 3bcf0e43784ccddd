/** The views that the navigation lists. */

import type { IconName } from "../ui/icons";

export interface Place {
  name: string;
  label: string;
  icon: IconName;
  /** Other routes that belong to the place. */
  also?: string[];
}

export const PLACES: Place[] = [
  { name: "", label: "Classify", icon: "upload" },
  { name: "catalogue", label: "Catalogue", icon: "chart", also: ["tracks"] },
  { name: "review", label: "Review", icon: "listen" },
  { name: "batches", label: "Batches", icon: "history" },
  { name: "model", label: "Model", icon: "model", also: ["models"] },
];

export function isAt({ name, also }: Place, current: string): boolean {
  return name === current || !!also?.includes(current);
}
