/** The operations on versions of the model. */

import { graphql, type ResultOf } from "../../api/graphql";

export const MODELS = graphql(`
  query Models {
    models {
      version
      origin
      isUsed
      problem
      createdAt
      answers
      parentVersion
      model {
        accuracy
        macroF1
        logLoss
        ece
        trainingRows
        genres
        expected { accuracy low high }
        byGroup { accuracy }
        independent { accuracy }
      }
    }
    viewer { isOperator }
  }
`);

export const CHANGES = graphql(`
  query ModelChanges($version: ID!, $comparedTo: ID!, $first: Int!) {
    modelChanges(version: $version, comparedTo: $comparedTo) {
      sampledTracks
      changedTracks
      changes(first: $first) {
        before
        after
        confidence
        track { trackId title }
      }
    }
  }
`);

export const USE_MODEL = graphql(`
  mutation UseModel($version: ID!) {
    useModel(version: $version) { version }
  }
`);

export const ROLL_BACK_MODEL = graphql(`
  mutation RollBackModel {
    rollbackModel { version }
  }
`);

export type Version = ResultOf<typeof MODELS>["models"][number];
export type Changes = ResultOf<typeof CHANGES>["modelChanges"];
