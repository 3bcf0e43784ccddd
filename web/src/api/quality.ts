/**
 * The part of the model's card beyond the first version of the API: intervals and calibration.
 *
 * Typed by hand until `schema/schema.graphql` has these fields; `hasQuality` tells whether the
 * service does. Then the fields belong into `MODEL`, and this file can go.
 */

import { parse } from "@0no-co/graphql.web";
import type { TypedDocumentNode } from "@urql/core";
import { hasField } from "./outline";

export interface QualityBin {
  confidence: number;
  accuracy: number;
  share: number;
}

export interface Interval {
  metric: string;
  low: number;
  high: number;
}

interface Quality {
  model: {
    version: string;
    ece: number;
    intervals?: Interval[];
    calibration: QualityBin[];
  };
}

export const QUALITY = parse(`
  query ModelQuality {
    model {
      version
      ece
      intervals { metric low high }
      calibration { confidence accuracy share }
    }
  }
`) as TypedDocumentNode<Quality, Record<string, never>>;

export function hasQuality(): boolean {
  return hasField("Model", "calibration") && hasField("Model", "ece");
}
