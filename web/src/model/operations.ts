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
      expected { accuracy low high }
      byGroup { groups accuracy macroF1 logLoss ece intervals { metric low high } }
      independent { source date modelVersion tracks accuracy low high macroF1 logLoss ece }
      confusionMatrix
      intervals { metric low high }
      calibration { confidence accuracy share }
      topFeatures(first: 20) { feature importance }
    }
  }
`);
