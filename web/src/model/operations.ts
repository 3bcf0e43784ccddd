/** The model's card. */

import { graphql } from "../api/graphql";

export const MODEL = graphql(`
  query Model {
    model {
      version
      trainedAt
      trainingRows
      genres
      requiredColumns
      accuracy
      macroF1
      logLoss
      ece
      confusionMatrix
      intervals { metric low high }
      calibration { confidence accuracy share }
      topFeatures(first: 20) { feature importance }
    }
  }
`);
